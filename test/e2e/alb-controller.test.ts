import { randomUUID } from 'node:crypto'
import type { KubernetesObject } from '@kubernetes/client-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stackFacts } from '../../local/scene.ts'
import { until } from '../../local/stack/until.ts'
import { endpoints, ingress, service } from './alb-objects.ts'
import { albWorld } from './alb-world.ts'

const world = albWorld((await stackFacts()).aws)
const SECONDS = 20

// Every test has its own namespace and group, so it sees nothing of the others.
let namespace: string
let group: string
let created: KubernetesObject[]

beforeEach(async () => {
  group = `g${randomUUID().slice(0, 8)}`
  namespace = `alb-${group}`
  created = []
  await world.createNamespace(namespace)
})

afterEach(async () => {
  for (const object of created.toReversed()) await world.remove(object).catch(() => {})
  await world.removeNamespace(namespace)
})

const create = async (object: KubernetesObject): Promise<void> => {
  await world.create(object)
  created.push(object)
}
const app = async (name: string, options: Parameters<typeof ingress>[3] = {}, ready = ['10.9.0.1']): Promise<void> => {
  await create(service(namespace, name))
  await create(endpoints(namespace, name, ready))
  await create(ingress(namespace, name, group, options))
}
const hostname = (name: string) => until(`the hostname of ${name}`, SECONDS, () => world.hostnameOf(namespace, name))
const event = (name: string, reason: string, text: string) =>
  until(`${reason} on ${name} with "${text}"`, SECONDS, async () =>
    (await world.events(namespace, name, reason)).find(({ message }) => message?.includes(text)),
  )
const deleteIngress = (name: string) => world.remove(ingress(namespace, name, group))
const isGone = (name: string) =>
  until(`${name} to be gone`, SECONDS, async () => (await world.ingressOf(namespace, name)) === undefined)
const annotate = (name: string, annotation: string, value: string | null) =>
  world.patch({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations: { [`alb.ingress.kubernetes.io/${annotation}`]: value as string } },
  })

describe('A healthy group', () => {
  test('gets one load balancer, a binding for each Service, and an event on each member', async () => {
    await app('one')
    await app('two')

    expect(await hostname('one')).toBe(await hostname('two'))
    expect(await hostname('one')).toMatch(/^k8s-g[0-9a-f]{8}-[0-9a-f]{10}-\w+\.us-east-1\.elb\.amazonaws\.com$/)
    expect(await world.finalizersOf(namespace, 'one')).toEqual([`group.ingress.k8s.aws/${group}`])
    await event('one', 'SuccessfullyReconciled', 'Successfully reconciled')
    await event('two', 'SuccessfullyReconciled', 'Successfully reconciled')
    const bindings = await until('two observed bindings', SECONDS, async () => {
      const found = await world.bindings(namespace)
      return found.filter(({ status }) => status?.observedGeneration === 1).length === 2 ? found : undefined
    })
    for (const { metadata } of bindings) {
      expect(metadata?.name).toMatch(/^k8s-albg[0-9a-f]{4}-(one|two)-[0-9a-f]{10}$/)
      expect(metadata?.labels).toEqual({ 'ingress.k8s.aws/stack': group })
      expect(metadata?.finalizers).toEqual(['elbv2.k8s.aws/resources'])
      expect(Object.keys(metadata?.annotations ?? {}).toSorted()).toEqual([
        'elbv2.k8s.aws/checkpoint',
        'elbv2.k8s.aws/checkpoint-timestamp',
      ])
    }
    const rules = await world.rules(await hostname('one'))
    expect([...(rules ?? [])].map(([host]) => host)).toEqual([`one.${group}.test`, `two.${group}.test`])
  })

  test('registers a pod when it is ready and takes it out when it is not', async () => {
    await app('one', {}, ['10.9.0.1'])
    const [binding] = await until('the binding', SECONDS, async () => {
      const found = await world.bindings(namespace)
      return found.length > 0 ? found : undefined
    })
    const targets = (wanted: string[]) =>
      until(`targets ${wanted.join()}`, SECONDS, async () => {
        const found = await world.targets(binding?.spec.targetGroupARN)
        return found?.join() === wanted.join()
      })

    await targets(['10.9.0.1:8080'])
    await world.patch(endpoints(namespace, 'one', ['10.9.0.1', '10.9.0.2'], ['10.9.0.3']))
    await targets(['10.9.0.1:8080', '10.9.0.2:8080'])
    await world.patch(endpoints(namespace, 'one', ['10.9.0.3'], ['10.9.0.1', '10.9.0.2']))
    await targets(['10.9.0.3:8080'])
  })

  test('leaves nothing behind, the load balancer last', async () => {
    await app('one')
    await app('two')
    const host = await hostname('one')
    await hostname('two')
    const groups = (await world.bindings(namespace)).map(({ metadata }) => metadata?.name)

    await deleteIngress('one')
    await isGone('one')
    expect([...((await world.rules(host)) ?? [])].map(([name]) => name)).toEqual([`two.${group}.test`])
    await deleteIngress('two')
    await isGone('two')

    expect(await world.rules(host)).toBeUndefined()
    expect(await world.bindings(namespace)).toEqual([])
    expect((await world.targetGroups()).filter((name) => groups.includes(name))).toEqual([])
  })

  test('moves to another load balancer with its group.name', async () => {
    await app('one')
    const before = await hostname('one')
    await annotate('one', 'group.name', `${group}-new`)

    await until('another hostname', SECONDS, async () => (await world.hostnameOf(namespace, 'one')) !== before)
    await until('one finalizer', SECONDS, async () => {
      const [finalizer, ...more] = await world.finalizersOf(namespace, 'one')
      return finalizer === `group.ingress.k8s.aws/${group}-new` && more.length === 0
    })
    expect(await world.rules(before)).toBeUndefined()
  })

  test('keeps a stale hostname when its class is changed away', async () => {
    await app('one')
    const before = await hostname('one')
    const other = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: `other-${group}` } }
    await create({ ...other, spec: { controller: 'example.com/other' } } as KubernetesObject)
    await world.patch(ingress(namespace, 'one', group, { className: `other-${group}` }))

    await until('no finalizer', SECONDS, async () => (await world.finalizersOf(namespace, 'one')).length === 0)
    expect(await world.rules(before)).toBeUndefined()
    expect(await world.hostnameOf(namespace, 'one')).toBe(before)
  })
})

describe('A missing Service', () => {
  test('is answered with 503 and no event, and bound once it appears', async () => {
    await create(ingress(namespace, 'one', group))
    const rules = await world.rules(await hostname('one'))
    expect(rules?.get(`one.${group}.test`)?.FixedResponseConfig).toMatchObject({
      StatusCode: '503',
      MessageBody: 'Backend service does not exist',
    })
    expect(await world.bindings(namespace)).toEqual([])

    await create(service(namespace, 'one'))
    await until('a binding', SECONDS, async () => (await world.bindings(namespace)).length === 1)
  })

  test('that was there takes its binding and target group with it', async () => {
    await app('one')
    const host = await hostname('one')
    const [binding] = await world.bindings(namespace)
    await world.remove(service(namespace, 'one'))

    await until('no binding', SECONDS, async () => (await world.bindings(namespace)).length === 0)
    await until(
      'no target group',
      SECONDS,
      async () => !(await world.targetGroups()).includes(binding?.metadata?.name ?? ''),
    )
    expect((await world.rules(host))?.get(`one.${group}.test`)?.FixedResponseConfig?.StatusCode).toBe('503')
  })
})

describe('One bad member', () => {
  test('stops the group, with a warning on every member, until it is put right', async () => {
    await app('good')
    const host = await hostname('good')
    await app('bad', { annotations: { 'target-type': 'bogus' } })
    const text = `Failed build model due to ingress: ${namespace}/bad: unknown targetType: bogus`
    await event('good', 'FailedBuildModel', text)
    await event('bad', 'FailedBuildModel', text)
    await app('late')
    await event('late', 'FailedBuildModel', text)

    // The newcomer is marked but not served; what was served still is, and still follows its pods.
    expect(await world.finalizersOf(namespace, 'late')).toEqual([`group.ingress.k8s.aws/${group}`])
    expect(await world.hostnameOf(namespace, 'late')).toBeUndefined()
    expect([...((await world.rules(host)) ?? [])].map(([name]) => name)).toEqual([`good.${group}.test`])
    await world.patch(endpoints(namespace, 'good', ['10.9.0.7']))
    const [binding] = await world.bindings(namespace)
    await until('the new pod', SECONDS, async () =>
      (await world.targets(binding?.spec.targetGroupARN))?.includes('10.9.0.7:8080'),
    )
    await deleteIngress('good')
    await event('late', 'FailedBuildModel', text)
    expect(await world.finalizersOf(namespace, 'good')).toEqual([`group.ingress.k8s.aws/${group}`])

    await annotate('bad', 'target-type', 'ip')
    await isGone('good')
    expect(await hostname('late')).toBe(await hostname('bad'))
  })

  test.each([
    ['listen-ports', '[{"HTTP": "80"}]', 'failed to parse listen-ports configuration: `[{"HTTP": "80"}]`'],
    [
      'healthcheck-interval-seconds',
      'abc',
      'failed to parse int32 annotation, alb.ingress.kubernetes.io/healthcheck-interval-seconds: abc',
    ],
    ['scheme', 'internal', 'conflicting scheme: map[internal:{} internet-facing:{}]'],
  ])('is told by its %s', async (annotation, value, text) => {
    await app('good')
    await hostname('good')
    await app('bad', { annotations: { [annotation]: value } })
    await event('good', 'FailedBuildModel', text)
  })

  test('with an unreadable group.order stops the group without a word', async () => {
    await app('bad', { annotations: { 'group.order': 'first' } })
    await app('good')
    // Another group is served meanwhile: the controller has seen these two.
    await create(ingress(namespace, 'other', `${group}-other`))
    await hostname('other')

    expect(await world.finalizersOf(namespace, 'good')).toEqual([])
    expect(await world.events(namespace, 'good', 'FailedBuildModel')).toEqual([])
    expect(await world.events(namespace, 'bad', 'FailedLoadGroupID')).toEqual([])
  })

  test('with an impossible group.name leaves the group to the others', async () => {
    await app('one')
    await hostname('one')
    await annotate('one', 'group.name', 'No_Name')
    await event('one', 'FailedLoadGroupID', 'groupName must consist of lower case alphanumeric characters')
    await until('no finalizer', SECONDS, async () => (await world.finalizersOf(namespace, 'one')).length === 0)
  })

  test('of an unknown class is told so', async () => {
    await create(ingress(namespace, 'one', group, { className: 'nope' }))
    await event('one', 'FailedLoadGroupID', 'IngressClass.networking.k8s.io "nope" not found')
  })

  test('with the 101st rule is refused by AWS', async () => {
    const hosts = Array.from({ length: 101 }, (_, index) => `h${index}.${group}.test`)
    await app('one', { hosts })
    await event('one', 'FailedDeployModel', 'operation error Elastic Load Balancing v2: CreateRule')
    expect(await world.hostnameOf(namespace, 'one')).toBeUndefined()
  })
})

test('A Service of type LoadBalancer has a load balancer of its own until it is deleted', async () => {
  const balanced = service(namespace, 'tcp', { type: 'LoadBalancer' })
  await create(balanced)
  const read = () => world.read<ReturnType<typeof service>>(balanced)
  const host = await until(
    'a hostname',
    SECONDS,
    async () => (await read())?.status?.loadBalancer?.ingress?.[0]?.hostname,
  )
  expect((await read())?.metadata?.finalizers).toContain('service.k8s.aws/resources')

  await world.remove(balanced)
  await until('the Service to be gone', SECONDS, async () => (await read()) === undefined)
  expect(await world.rules(host)).toBeUndefined()
})
