import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applyAll } from '../../src/cluster/apply.ts'
import { type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { poll } from '../../src/poll.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
let mine: Claim
beforeEach(async () => {
  home = await scratch()
  mine = await home.claim(1)
})
afterEach(() => home.close())

const apply = (...objects: KubeObject[]) => applyAll(home.cluster, mine, objects, home.run)
const object = (apiVersion: string, kind: string, rest: Partial<KubeObject>) =>
  home.object(apiVersion, kind, 'it', rest)

/** Pods that wait for a node for ever: nothing is pulled. */
const template = (app: string, image = 'app:1', more: object = {}) => ({
  metadata: { labels: { app } },
  spec: { nodeSelector: { 'example.com/is': 'nowhere' }, containers: [{ name: 'c', image }], ...more },
})
const selecting = (app: string) => ({ selector: { matchLabels: { app } }, template: template(app) })
const job = (image: string) =>
  object('batch/v1', 'Job', { spec: { suspend: true, template: template('j', image, { restartPolicy: 'Never' }) } })
const workload = (kind: string, spec: object) => object('apps/v1', kind, { spec })
const service = (spec: object) =>
  object('v1', 'Service', { spec: { selector: { app: 'a' }, ports: [{ port: 80 }], ...spec } })
const binding = (name: string) =>
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  })
const frozen = (kind: string, a: string) => object('v1', kind, { immutable: true, data: { a } })
const disk = (more: object, size = '2Mi') =>
  object('v1', 'PersistentVolumeClaim', {
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'x',
      resources: { requests: { storage: size } },
      ...more,
    },
  })

type Case = [what: string, first: () => KubeObject, second: () => KubeObject, told: string | undefined]
const WORKLOAD = 'its pods are stopped before the new ones are ready'
const ADDRESS = 'it gets another address'

describe('what the API server will not change is made anew', () => {
  test.each<Case>([
    ['the template of a Job', () => job('app:1'), () => job('app:2'), undefined],
    [
      'the selector of a Deployment',
      () => workload('Deployment', selecting('a')),
      () => workload('Deployment', selecting('b')),
      `spec.selector.matchLabels.app cannot be changed (field is immutable), so it is deleted and made anew: ${WORKLOAD}`,
    ],
    [
      'the selector of a DaemonSet',
      () => workload('DaemonSet', selecting('a')),
      () => workload('DaemonSet', selecting('b')),
      WORKLOAD,
    ],
    [
      'the selector of a ReplicaSet',
      () => workload('ReplicaSet', selecting('a')),
      () => workload('ReplicaSet', selecting('b')),
      WORKLOAD,
    ],
    [
      'the Service of a StatefulSet',
      () => workload('StatefulSet', { serviceName: 'one', ...selecting('a') }),
      () => workload('StatefulSet', { serviceName: 'two', ...selecting('a') }),
      'spec.serviceName cannot be changed',
    ],
    [
      'the container of a Pod',
      () => object('v1', 'Pod', { spec: template('p').spec }),
      () => object('v1', 'Pod', { spec: { ...template('p').spec, containers: [{ name: 'd', image: 'app:1' }] } }),
      WORKLOAD,
    ],
    ['a Service that becomes headless', () => service({}), () => service({ clusterIP: 'None' }), ADDRESS],
    [
      'a Service that was headless',
      () => service({ clusterIP: 'None' }),
      () => service({}),
      'a headless Service stays one',
    ],
    ['the role of a RoleBinding', () => binding('one'), () => binding('two'), undefined],
    ['an immutable ConfigMap', () => frozen('ConfigMap', 'MQ=='), () => frozen('ConfigMap', 'Mg=='), undefined],
    ['an immutable Secret', () => frozen('Secret', 'MQ=='), () => frozen('Secret', 'Mg=='), undefined],
  ])('%s', async (_, first, second, told) => {
    await apply(first())
    const { uid } = (await home.live(first())).metadata
    const [change] = await apply(second())
    expect(change).toMatchObject({ action: 'created', rolled: expect.any(Boolean) })
    expect(change?.uid).not.toBe(uid)
    if (told === undefined) expect(home.run.say.lines.join('\n')).not.toContain('made anew:')
    else expect(home.run.say.lines).toContainEqual(expect.stringContaining(told))
    expect((await apply(second())).map(({ action }) => action)).toEqual(['unchanged'])
  })

  test('a fixed address is taken along', async () => {
    await apply(service({}))
    const { clusterIP } = (await home.live(service({}))).spec as { clusterIP: string }
    const fixed = (spec: object) => service({ clusterIP, ...spec })
    await apply(fixed({ type: 'LoadBalancer', loadBalancerClass: 'example.com/a' }))
    const moved = fixed({ type: 'LoadBalancer', loadBalancerClass: 'example.com/b' })
    expect((await apply(moved)).map(({ action }) => action)).toEqual(['created'])
    expect(await home.live(moved)).toMatchObject({ spec: { clusterIP, loadBalancerClass: 'example.com/b' } })
    expect(home.run.say.lines).toContainEqual(expect.stringContaining('another load balancer with another host name'))
  })

  test('the pods of a StatefulSet are those of the new one in the end, its claims stay', async () => {
    const set = (serviceName: string) =>
      workload('StatefulSet', {
        serviceName,
        ...selecting('a'),
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: disk({}).spec }],
      })
    const held = async (Kind: string, name: string, is: (object: Live) => boolean) =>
      poll({ what: name, every: 100, timeout: 60_000, signal: home.run.signal }, async () => {
        const found = await home.cluster.get({ apiVersion: 'v1', kind: Kind, namespace: home.namespace, name })
        return found !== undefined && is(found) ? found : undefined
      })
    const [first] = await apply(set('one'))
    const isOf = (uid: string | undefined) => (pod: Live) => pod.metadata.ownerReferences?.[0]?.uid === uid
    await held('Pod', 'it-0', isOf(first?.uid))
    const claim = await held('PersistentVolumeClaim', 'data-it-0', () => true)
    const [second] = await apply(set('two'))
    await held('Pod', 'it-0', isOf(second?.uid))
    expect(await held('PersistentVolumeClaim', 'data-it-0', () => true)).toMatchObject({
      metadata: { uid: claim.metadata.uid },
    })
  })
})

describe('what holds data, or may not go, fails the push before anything is changed', () => {
  const other = () => home.object('v1', 'ConfigMap', 'other', { data: { a: '1' } })
  const refused = async (first: KubeObject, second: KubeObject, ...texts: string[]) => {
    const before = await home.live(first)
    const error = await apply(other(), second).catch((caught) => caught)
    expect(error).toMatchObject({ code: 'Rejected', name: 'PreviewError' })
    for (const text of texts) expect(`${error.message} ${error.hint}`).toContain(text)
    expect((await home.live(first)).metadata.uid).toBe(before.metadata.uid)
    expect(await home.cluster.get(refOf(other()))).toBeUndefined()
  }

  test.each<[string, () => KubeObject, () => KubeObject, string]>([
    ['size', () => disk({}), () => disk({}, '1Mi'), 'spec.resources.requests.storage'],
    ['class', () => disk({}), () => disk({ storageClassName: 'y' }), 'spec.storageClassName'],
    ['access modes', () => disk({}), () => disk({ accessModes: ['ReadWriteMany'] }), 'spec.accessModes[0]'],
  ])('the %s of a claim', async (_, first, second, field) => {
    await apply(first())
    await refused(first(), second(), `${field} cannot be changed`, 'data would be lost', 'give it another name')
  })

  test('an annotation', async () => {
    const never = (image: string) => {
      const { metadata, ...rest } = job(image)
      return { ...rest, metadata: { ...metadata, annotations: { 'eks-preview/recreate': 'never' } } } as KubeObject
    }
    await apply(never('app:1'))
    await refused(
      never('app:1'),
      never('app:2'),
      'spec.template',
      'eks-preview/recreate is never',
      'take the annotation',
    )
  })

  test('an object that only has our labels', async () => {
    await home.cluster.create(job('app:1'))
    await refused(job('app:1'), job('app:2'), 'not ours by its owner', 'give it another name')
  })

  test('what could not be made anew', async () => {
    const set = (app: string, name: string) =>
      workload('Deployment', {
        ...selecting(app),
        template: { ...template(app), spec: { containers: [{ name, image: 'app:1' }] } },
      })
    await apply(set('a', 'c'))
    const before = await home.live(set('a', 'c'))
    const error = await apply(set('b', 'Not a name')).catch((caught) => caught)
    expect(error).toMatchObject({
      code: 'Rejected',
      message: expect.stringContaining('Deployment.apps "it" is invalid'),
    })
    expect(error.message).toContain('containers[0].name')
    expect((await home.live(set('a', 'c'))).metadata.uid).toBe(before.metadata.uid)
  })
})
