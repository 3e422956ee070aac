import { mkdtemp, realpath, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import type { KubeObject } from '../cluster/cluster.ts'
import { findKustomize } from './binary.ts'
import { writeFiles } from './folder.ts'
import { NAME_REFERENCES } from './name-references.ts'

/** Every one is called as its kind is, so that a row reads as a person would write it: `{ name: service }`. */
const NAMED = [
  'v1/Service',
  'v1/ConfigMap',
  'v1/Secret',
  'v1/ServiceAccount',
  'v1/PersistentVolumeClaim',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'networking.k8s.io/v1/Ingress',
  'gateway.networking.k8s.io/v1/Gateway',
  'networking.istio.io/v1/Gateway',
  'networking.istio.io/v1/VirtualService',
  'networking.istio.io/v1/DestinationRule',
  'argoproj.io/v1alpha1/Rollout',
  'argoproj.io/v1alpha1/AnalysisTemplate',
  'keda.sh/v1alpha1/TriggerAuthentication',
  'external-secrets.io/v1/SecretStore',
  'cert-manager.io/v1/Issuer',
  'secrets-store.csi.x-k8s.io/v1/SecretProviderClass',
]

const POD = `
  serviceAccount: serviceaccount
  volumes:
    - { name: a, csi: { driver: d, nodePublishSecretRef: { name: secret } } }
    - { name: b, csi: { driver: d, volumeAttributes: { secretProviderClass: secretproviderclass } } }
    - { name: c, iscsi: { secretRef: { name: secret } } }
    - { name: d, azureFile: { secretName: secret } }`
const OTHER_POD = `
  serviceAccountName: serviceaccount
  imagePullSecrets: [{ name: secret }]
  containers:
    - name: a
      envFrom: [{ configMapRef: { name: configmap } }, { secretRef: { name: secret } }]
      env:
        - { name: A, valueFrom: { configMapKeyRef: { name: configmap, key: a } } }
        - { name: B, valueFrom: { secretKeyRef: { name: secret, key: a } } }
  initContainers:
    - { name: b, envFrom: [{ configMapRef: { name: configmap } }] }
  volumes:
    - { name: a, configMap: { name: configmap } }
    - { name: b, secret: { secretName: secret } }
    - { name: c, persistentVolumeClaim: { claimName: persistentvolumeclaim } }
    - { name: d, projected: { sources: [{ configMap: { name: configmap } }, { secret: { name: secret } }] } }`
const template = (spec: string) => `template: { spec: ${JSON.stringify(parse(spec))} }`

const ROWS: [kind: string, spec: string][] = [
  ['elbv2.k8s.aws/v1beta1/TargetGroupBinding', 'serviceRef: { name: service, port: 80 }'],
  [
    'gateway.networking.k8s.io/v1/HTTPRoute',
    `parentRefs: [{ name: gateway }]
rules:
  - backendRefs: [{ name: service, port: 80 }]
    filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: service } } }]`,
  ],
  ['gateway.networking.k8s.io/v1/GRPCRoute', 'parentRefs: [{ kind: Service, name: service }]'],
  ['gateway.networking.k8s.io/v1alpha2/TLSRoute', 'rules: [{ backendRefs: [{ name: service, port: 443 }] }]'],
  [
    'gateway.networking.k8s.io/v1/Gateway',
    'listeners: [{ name: https, port: 443, tls: { certificateRefs: [{ name: secret }] } }]',
  ],
  [
    'networking.istio.io/v1/VirtualService',
    `hosts: [service, shop.example.com]
gateways: [gateway, mesh]
http: [{ match: [{ gateways: [gateway] }], route: [{ destination: { host: service } }], mirror: { host: service } }]
tcp: [{ route: [{ destination: { host: service } }] }]`,
  ],
  ['networking.istio.io/v1/DestinationRule', 'host: service'],
  ['networking.istio.io/v1/Gateway', 'servers: [{ tls: { credentialName: secret } }]'],
  [
    'keda.sh/v1alpha1/ScaledObject',
    'scaleTargetRef: { name: deployment }\ntriggers: [{ type: cron, authenticationRef: { name: triggerauthentication } }]',
  ],
  ['keda.sh/v1alpha1/ScaledObject', 'scaleTargetRef: { kind: StatefulSet, name: statefulset }'],
  ['keda.sh/v1alpha1/ScaledJob', `jobTargetRef: { ${template(OTHER_POD)} }`],
  [
    'keda.sh/v1alpha1/TriggerAuthentication',
    'secretTargetRef: [{ parameter: a, name: secret }]\nconfigMapTargetRef: [{ parameter: a, name: configmap }]',
  ],
  ['argoproj.io/v1alpha1/Rollout', template(OTHER_POD)],
  ['argoproj.io/v1alpha1/Rollout', 'workloadRef: { kind: Deployment, name: deployment }'],
  [
    'argoproj.io/v1alpha1/Rollout',
    `strategy:
  canary:
    stableService: service
    canaryService: service
    trafficRouting: { alb: { ingress: ingress }, istio: { virtualService: { name: virtualservice } } }
    steps: [{ analysis: { templates: [{ templateName: analysistemplate }] } }]`,
  ],
  ['argoproj.io/v1alpha1/Rollout', 'strategy: { blueGreen: { activeService: service, previewService: service } }'],
  ['autoscaling.k8s.io/v1/VerticalPodAutoscaler', 'targetRef: { kind: Deployment, name: deployment }'],
  [
    'autoscaling/v2/HorizontalPodAutoscaler',
    `scaleTargetRef: { apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: rollout }
metrics: [{ type: Object, object: { describedObject: { kind: Ingress, name: ingress } } }]`,
  ],
  ['external-secrets.io/v1/ExternalSecret', 'secretStoreRef: { name: secretstore }'],
  [
    'external-secrets.io/v1/SecretStore',
    'provider: { aws: { auth: { jwt: { serviceAccountRef: { name: serviceaccount } } } } }',
  ],
  ['cert-manager.io/v1/Certificate', 'secretName: made-by-cert-manager\nissuerRef: { name: issuer }'],
  ['v1/PersistentVolumeClaim', 'dataSource: { kind: PersistentVolumeClaim, name: persistentvolumeclaim }'],
  ['v1/Pod', POD],
  ['apps/v1/Deployment', template(POD)],
  ['apps/v1/StatefulSet', template(POD)],
  ['batch/v1/Job', template(POD)],
  ['batch/v1/CronJob', `jobTemplate: { spec: { ${template(POD)} } }`],
]

const split = (text: string) => {
  const at = text.lastIndexOf('/')
  return { apiVersion: text.slice(0, at), kind: text.slice(at + 1) }
}
const nameOf = (row: number) => `row${row}`
const manifests = [
  ...NAMED.map((text) => ({ ...split(text), metadata: { name: split(text).kind.toLowerCase() } })),
  ...ROWS.map(([text, spec], row) => ({ ...split(text), metadata: { name: nameOf(row) }, spec: parse(spec) })),
]

let folder: string
let followed: KubeObject[]
let unaided: KubeObject[]
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'name-references-')))
  const kustomize = await findKustomize(process.env.PATH ?? '')
  const built = async (name: string, configurations: string[]) => {
    const files = {
      'kustomization.yaml': stringify({ resources: ['all.yaml'], nameSuffix: '-x', configurations }),
      'all.yaml': manifests.map((object) => stringify(object)).join('---\n'),
      'references.yaml': NAME_REFERENCES,
    }
    await writeFiles(path.join(folder, name), files)
    return kustomize.build(path.join(folder, name))
  }
  followed = await built('followed', ['references.yaml'])
  unaided = await built('unaided', [])
})
afterAll(() => rm(folder, { recursive: true }))

const specIn = (objects: KubeObject[], row: number) =>
  objects.find(({ metadata }) => metadata.name === `${nameOf(row)}-x`)?.spec

test.each(ROWS.map(([kind], row) => ({ kind, row })))('$kind, row $row', ({ row }) => {
  const written = JSON.stringify(parse(ROWS[row]?.[1] ?? ''))
  const names = [...new Set(NAMED.map((text) => split(text).kind.toLowerCase()))].join('|')
  const renamed = written.replaceAll(new RegExp(`"(${names})"(?!:)`, 'g'), '"$1-x"')
  expect(specIn(followed, row)).toEqual(JSON.parse(renamed))
  expect(specIn(unaided, row), 'kustomize follows all of it by itself').not.toEqual(JSON.parse(renamed))
})
