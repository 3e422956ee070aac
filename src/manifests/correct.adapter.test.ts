import { mkdtemp, realpath, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import type { KubeObject } from '../cluster/cluster.ts'
import { findKustomize } from '../kustomize/binary.ts'
import { writeFiles } from '../kustomize/folder.ts'
import { NAME_REFERENCES } from '../kustomize/name-references.ts'
import { tidy } from '../kustomize/origin.ts'
import { asWrittenOf, ownOverlayOf, REFERENCES_FILE } from '../kustomize/own-overlay.ts'
import { environmentOf, placementOf } from '../names.ts'
import { correct } from './correct.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'main' }, true)
const ENV = { 'eks-preview/env': environment.id }
const suffix = `-${environment.short}`

/** The build has pods with `app: web`, and none with `app: other`. `OURS` stands for the label of the environment. */
const ROWS: [name: string, kind: string, written: string, expected: string][] = [
  ['a Service of the build', 'v1/Service', '{ selector: { app: web } }', '{ selector: { app: web, OURS } }'],
  ['a Service without a selector', 'v1/Service', '{ ports: [{ port: 80 }] }', '{ ports: [{ port: 80 }] }'],
  ['an empty selector', 'v1/Service', '{ ports: [{ port: 80 }], selector: {} }', '{ ports: [{ port: 80 }] }'],
  [
    'an ExternalName',
    'v1/Service',
    '{ type: ExternalName, externalName: db.example.com }',
    '{ type: ExternalName, externalName: db.example.com }',
  ],
  ['pods of somebody else', 'v1/Service', '{ selector: { app: other } }', '{ selector: { app: other } }'],
  ['a Service of Knative', 'serving.knative.dev/v1/Service', '{ template: {} }', '{ template: {} }'],
  [
    'all pods',
    'networking.k8s.io/v1/NetworkPolicy',
    '{ podSelector: {}, policyTypes: [Ingress] }',
    '{ podSelector: { matchLabels: { OURS } }, policyTypes: [Ingress] }',
  ],
  [
    'a policy that says nothing of pods',
    'networking.k8s.io/v1/NetworkPolicy',
    '{ policyTypes: [Ingress] }',
    '{ podSelector: { matchLabels: { OURS } }, policyTypes: [Ingress] }',
  ],
  ['a policy without a spec', 'networking.k8s.io/v1/NetworkPolicy', '', '{ podSelector: { matchLabels: { OURS } } }'],
  [
    'a policy with a spec of nothing',
    'networking.k8s.io/v1/NetworkPolicy',
    'null',
    '{ podSelector: { matchLabels: { OURS } } }',
  ],
  [
    'a policy by expressions',
    'networking.k8s.io/v1/NetworkPolicy',
    '{ podSelector: { matchExpressions: [{ key: app, operator: Exists }] } }',
    '{ podSelector: { matchExpressions: [{ key: app, operator: Exists }], matchLabels: { OURS } } }',
  ],
  [
    'a policy for pods of somebody else',
    'networking.k8s.io/v1/NetworkPolicy',
    '{ podSelector: { matchLabels: { app: other } } }',
    '{ podSelector: { matchLabels: { app: other, OURS } } }',
  ],
  [
    'peers of the build',
    'networking.k8s.io/v1/NetworkPolicy',
    `podSelector: { matchLabels: { app: web } }
ingress:
  - from:
      - podSelector: {}
      - podSelector: { matchLabels: { app: web } }
      - podSelector: { matchExpressions: [{ key: app, operator: In, values: [web] }] }
      - ipBlock: { cidr: 10.0.0.0/8 }
egress: [{ to: [{ podSelector: {} }], ports: [{ port: 53 }] }, {}]`,
    `podSelector: { matchLabels: { app: web, OURS } }
ingress:
  - from:
      - podSelector: { matchLabels: { OURS } }
      - podSelector: { matchLabels: { app: web, OURS } }
      - podSelector:
          matchExpressions: [{ key: app, operator: In, values: [web] }]
          matchLabels: { OURS }
      - ipBlock: { cidr: 10.0.0.0/8 }
egress: [{ to: [{ podSelector: { matchLabels: { OURS } } }], ports: [{ port: 53 }] }, {}]`,
  ],
  [
    'peers elsewhere',
    'networking.k8s.io/v1/NetworkPolicy',
    `podSelector: { matchLabels: { app: web } }
egress:
  - to:
      - podSelector: { matchLabels: { app: other } }
      - podSelector: { matchExpressions: [{ key: app, operator: In, values: [other] }] }
      - { namespaceSelector: { matchLabels: { name: dns } }, podSelector: { matchLabels: { app: web } } }
      - { namespaceSelector: {}, podSelector: {} }`,
    `podSelector: { matchLabels: { app: web, OURS } }
egress:
  - to:
      - podSelector: { matchLabels: { app: other } }
      - podSelector: { matchExpressions: [{ key: app, operator: In, values: [other] }] }
      - { namespaceSelector: { matchLabels: { name: dns } }, podSelector: { matchLabels: { app: web } } }
      - { namespaceSelector: {}, podSelector: {} }`,
  ],
  ['a budget for all', 'policy/v1/PodDisruptionBudget', '{ selector: {} }', '{ selector: { matchLabels: { OURS } } }'],
  ['a budget for none', 'policy/v1/PodDisruptionBudget', '{ minAvailable: 1 }', '{ minAvailable: 1 }'],
  [
    'a budget by expressions',
    'policy/v1/PodDisruptionBudget',
    '{ selector: { matchExpressions: [{ key: app, operator: NotIn, values: [batch] }] } }',
    '{ selector: { matchExpressions: [{ key: app, operator: NotIn, values: [batch] }], matchLabels: { OURS } } }',
  ],
  [
    'a monitor of the build',
    'monitoring.coreos.com/v1/ServiceMonitor',
    '{ selector: { matchLabels: { watch: this } } }',
    '{ selector: { matchLabels: { watch: this, OURS } } }',
  ],
  [
    'a monitor of others',
    'monitoring.coreos.com/v1/ServiceMonitor',
    '{ selector: { matchLabels: { watch: that } } }',
    '{ selector: { matchLabels: { watch: that } } }',
  ],
  [
    'a monitor of pods',
    'monitoring.coreos.com/v1/PodMonitor',
    '{ selector: { matchLabels: { app: web } } }',
    '{ selector: { matchLabels: { app: web, OURS } } }',
  ],
  [
    'a Rollout',
    'argoproj.io/v1alpha1/Rollout',
    `selector: { matchLabels: { app: web } }
template: { metadata: { labels: { app: web } }, spec: { containers: [] } }`,
    `selector: { matchLabels: { app: web, OURS } }
template: { metadata: { labels: { app: web, OURS } }, spec: { containers: [] } }`,
  ],
  [
    'a Rollout of a Deployment',
    'argoproj.io/v1alpha1/Rollout',
    '{ workloadRef: { kind: Deployment, name: missing } }',
    '{ workloadRef: { kind: Deployment, name: missing } }',
  ],
]

const SPREAD = 'topologyKey: kubernetes.io/hostname'
const PLACES: [name: string, written: string, expected: string][] = [
  ['all', 'labelSelector: {}', 'labelSelector: { matchLabels: { OURS } }'],
  ['none', '', ''],
  ['by name', 'labelSelector: { matchLabels: { app: web } }', 'labelSelector: { matchLabels: { app: web, OURS } }'],
  [
    'by expression',
    'labelSelector: { matchExpressions: [{ key: app, operator: DoesNotExist }, { key: tier, operator: Exists }] }',
    'labelSelector: { matchExpressions: [{ key: app, operator: DoesNotExist }, { key: tier, operator: Exists }] }',
  ],
  ['of others', 'labelSelector: { matchLabels: { app: other } }', 'labelSelector: { matchLabels: { app: other } }'],
]
const ELSEWHERE = 'namespaces: [shared], labelSelector: { matchLabels: { app: web } }'
const affinity = (term: string) => {
  const terms = `requiredDuringSchedulingIgnoredDuringExecution: [{ ${term} }],
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { ${term} } }]`
  return `affinity: { podAffinity: { ${terms} }, podAntiAffinity: { ${terms} } }`
}
const pod = (selector: string, isEverywhere: boolean) => {
  const term = [SPREAD, selector].filter(Boolean).join(', ')
  const spread = isEverywhere ? '' : `, topologySpreadConstraints: [{ maxSkew: 1, ${term} }]`
  return `{ containers: [], ${affinity(term)}${spread} }`
}
/** Kustomize knows the first two, and not the last. */
const WORKLOADS: [string, (pod: string) => string, (pod: string) => string][] = [
  [
    'apps/v1/Deployment',
    (spec) =>
      `{ selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: ${spec} } }`,
    (spec) =>
      `{ selector: { matchLabels: { app: web, OURS } }, template: { metadata: { labels: { app: web, OURS } }, spec: ${spec} } }`,
  ],
  [
    'apps/v1/StatefulSet',
    (spec) => `selector: { matchLabels: { app: web } }
template: { metadata: { labels: { app: web } }, spec: ${spec} }
volumeClaimTemplates: [{ metadata: { name: data }, spec: { resources: { requests: { storage: 1Gi } } } }]`,
    // What a claim template says is fixed for good: nothing that a later push could change.
    (spec) => `selector: { matchLabels: { app: web, OURS } }
template: { metadata: { labels: { app: web, OURS } }, spec: ${spec} }
volumeClaimTemplates: [{ metadata: { name: data, labels: { OURS } }, spec: { resources: { requests: { storage: 1Gi } } } }]`,
  ],
  [
    'batch/v1/CronJob',
    (spec) => `{ jobTemplate: { spec: { template: { spec: ${spec} } } } }`,
    (spec) =>
      `{ jobTemplate: { metadata: { labels: { OURS } }, spec: { template: { metadata: { labels: { OURS } }, spec: ${spec} } } } }`,
  ],
]
const PLACED = WORKLOADS.flatMap(([kind, write, expect]): typeof ROWS => [
  ...PLACES.map(([name, written, expected]): (typeof ROWS)[number] => [
    `near pods: ${name}`,
    kind,
    write(pod(written, false)),
    expect(pod(expected, false)),
  ]),
  ['near pods elsewhere', kind, write(pod(ELSEWHERE, true)), expect(pod(ELSEWHERE, true))],
])

const ALL = [...ROWS, ...PLACED]
const nameOf = (row: number) => `row${row}`
const split = (text: string) => {
  const at = text.lastIndexOf('/')
  return { apiVersion: text.slice(0, at), kind: text.slice(at + 1) }
}
const ACTION = {
  type: 'forward',
  forwardConfig: { targetGroups: [{ serviceName: 'web', servicePort: 80 }, { serviceName: 'far' }] },
}
const manifests = [
  ...ALL.map(([, kind, spec], row) => ({
    ...split(kind),
    metadata: { name: nameOf(row) },
    ...(spec === '' ? {} : { spec: parse(spec) }),
  })),
  { ...split('v1/Service'), metadata: { name: 'web', labels: { watch: 'this' } }, spec: { selector: { app: 'web' } } },
  {
    ...split('networking.k8s.io/v1/Ingress'),
    metadata: {
      name: 'web',
      annotations: {
        'alb.ingress.kubernetes.io/actions.web': JSON.stringify(ACTION),
        'alb.ingress.kubernetes.io/actions.to-www': '{"type":"redirect"}',
        'alb.ingress.kubernetes.io/conditions.web': '[]',
        'alb.ingress.kubernetes.io/actions.broken': '{',
        other: 'web',
      },
    },
    spec: { defaultBackend: { service: { name: 'web', port: { name: 'use-annotation' } } } },
  },
]

let folder: string
const corrected = async (isolation: 'shared' | 'namespace') => {
  const placement = placementOf(environment, { namespace: 'previews', isolation })
  const kustomize = await findKustomize(process.env.PATH ?? '')
  const at = path.join(folder, isolation)
  await writeFiles(at, {})
  await writeFiles(path.join(at, 'base'), {
    'kustomization.yaml': 'resources: [all.yaml]',
    'all.yaml': manifests.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n'),
  })
  await writeFiles(path.join(at, 'as-written'), { 'kustomization.yaml': asWrittenOf('../base') })
  await writeFiles(path.join(at, 'preview'), {
    'kustomization.yaml': ownOverlayOf([], { environment, placement }, '../base'),
    [REFERENCES_FILE]: NAME_REFERENCES,
  })
  const [written = [], built = []] = await Promise.all(
    ['as-written', 'preview'].map(async (name) => (await kustomize.build(path.join(at, name))).map(tidy)),
  )
  return { built, written, objects: correct(built, written, environment, placement.suffix) }
}
let shared: Awaited<ReturnType<typeof corrected>>
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'correct-')))
  shared = await corrected('shared')
})
afterAll(() => rm(folder, { recursive: true }))

const named = (objects: KubeObject[], kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)
const expectedOf = (text: string) =>
  JSON.parse(JSON.stringify(parse(text)).replaceAll('"OURS":null', JSON.stringify(ENV).slice(1, -1)))

test.each(ALL.map(([name, kind], row) => ({ name, kind, row })))('$kind: $name', ({ kind, row }) => {
  const object = named(shared.objects, split(kind).kind, `${nameOf(row)}${suffix}`)
  expect(object?.spec).toEqual(expectedOf(ALL[row]?.[3] ?? ''))
})

test('the actions of a load balancer name its Services as they are now', () => {
  const ingress = named(shared.objects, 'Ingress', `web${suffix}`)
  expect(ingress?.metadata.annotations).toEqual({
    [`alb.ingress.kubernetes.io/actions.web${suffix}`]: JSON.stringify(ACTION).replace('"web"', `"web${suffix}"`),
    'alb.ingress.kubernetes.io/actions.to-www': '{"type":"redirect"}',
    [`alb.ingress.kubernetes.io/conditions.web${suffix}`]: '[]',
    'alb.ingress.kubernetes.io/actions.broken': '{',
    other: 'web',
  })
  expect(ingress?.spec).toMatchObject({ defaultBackend: { service: { name: `web${suffix}` } } })
})

test('what is corrected once needs no more of it', () => {
  expect(correct(shared.objects, shared.written, environment, suffix)).toEqual(shared.objects)
})

test('in a namespace of the environment’s own only pods that Kustomize does not know get their label', async () => {
  const { built, objects } = await corrected('namespace')
  const isKnown = ({ kind }: KubeObject) => kind !== 'Rollout'
  expect(objects.filter(isKnown)).toEqual(built.filter(isKnown))
  expect(objects.find((object) => !isKnown(object))?.spec).toEqual({
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web', ...ENV } }, spec: { containers: [] } },
  })
})
