import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applyAll } from '../../src/cluster/apply.ts'
import type { Cluster, KubeObject } from '../../src/cluster/cluster.ts'
import { checkRights } from '../../src/cluster/preflight.ts'
import { poll } from '../../src/poll.ts'
import { restricted } from './restricted.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeEach(async () => {
  home = await scratch()
})
afterEach(() => home.close())

const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({ apiGroups, resources, verbs })
const settings = (name = 'a') => home.object('v1', 'ConfigMap', name, { data: { a: '1' } })
const workload = () => home.workload('web')
const secret = () => home.object('v1', 'Secret', 'cred', { stringData: { a: '1' } })
const ALL = ['get', 'list', 'create', 'update', 'patch', 'delete']
const LOOKS = rule(['', 'apps'], ['pods', 'events', 'replicasets'], ['list'])
const rejected = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  )

describe('a role that lacks something', () => {
  test('may deploy but not delete: all of it is named, in the words of the rule to add', async () => {
    const { namespace } = home
    const deployer = await restricted(home, 'deployer', [
      rule([''], ['configmaps'], ALL),
      rule([''], ['secrets'], ['get', 'create', 'patch']),
      rule(['apps'], ['deployments'], ['get', 'list', 'create']),
      LOOKS,
    ])
    const mine = await home.claim(1)
    const before = await home.dump()
    const error = await rejected(checkRights(deployer, mine, [settings(), workload(), secret()]))
    const user = `system:serviceaccount:${namespace}:deployer`
    expect(error).toMatchObject({ code: 'AccessDenied', message: expect.stringContaining(user) })
    expect(error.problems).toEqual([
      {
        message: `${user} may not patch, delete deployments in namespace ${namespace}`,
        hint: `apply install/ of this version, or add { apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch", "delete"] } to a Role in namespace ${namespace} bound to ${user}`,
      },
      {
        message: `${user} may not delete secrets in namespace ${namespace}`,
        hint: `apply install/ of this version, or add { apiGroups: [""], resources: ["secrets"], verbs: ["delete"] } to a Role in namespace ${namespace} bound to ${user}`,
      },
    ])
    expect(await home.dump()).toEqual(before)
    expect(deployer.traffic().writes).toBe(0)
    await deployer.close()
  })

  test('because its binding is broken: what the authorizer says is passed on', async () => {
    const deployer = await restricted(home, 'broken', [rule([''], ['configmaps'], ALL)])
    const { namespace } = home
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', namespace, name: 'broken' }
    const { uid = '' } = (await home.cluster.get(role))?.metadata ?? {}
    await home.cluster.delete(role, { uid })
    const mine = await home.claim(1)
    const error = await poll(
      { what: 'the Role to be forgotten', every: 50, timeout: 30_000, signal: home.run.signal },
      () => rejected(checkRights(deployer, mine, [settings()])),
    )
    expect(error.message).toContain('role.rbac.authorization.k8s.io "broken" not found')
    await deployer.close()
  })

  test('is not asked about what the cluster does not serve', async () => {
    const deployer = await restricted(home, 'plain', [rule([''], ['configmaps'], ALL)])
    expect(
      await deployer.denied('list', { apiVersion: 'example.com/v1', kind: 'Nothing', namespace: home.namespace }),
    ).toBeUndefined()
    expect(await deployer.denied('list', { apiVersion: 'v1', kind: 'Node' })).toMatchObject({
      verb: 'list',
      resource: 'nodes',
    })
    await deployer.close()
  })
})

test('rights are asked for once a kind', async () => {
  const asked: string[] = []
  const counting: Cluster = {
    ...home.cluster,
    denied: (verb, kind) => {
      asked.push(`${verb} ${kind.kind}`)
      return home.cluster.denied(verb, kind)
    },
  }
  const push = async (number: number, objects: KubeObject[]) => {
    const mine = await home.claim(number)
    asked.length = 0
    await checkRights(counting, mine, objects)
    await applyAll(home.cluster, mine, objects, home.run)
    await mine.release({ phase: 'Live' })
    return asked.length
  }
  expect(await push(1, [settings(), settings('b')])).toBe(5)
  expect(await push(2, [settings(), settings('c')])).toBe(0)
  expect(await push(3, [settings(), secret()])).toBe(4)
})

test('a namespace that is being deleted is named, with what to do', async () => {
  const held = settings('held')
  await home.cluster.create({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/held'] } })
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: home.namespace }
  const { uid = '' } = (await home.cluster.get(namespace))?.metadata ?? {}
  await home.cluster.delete(namespace, { uid })
  const error = await rejected(home.claim(1))
  expect(error).toMatchObject({
    code: 'Rejected',
    object: `Namespace/${home.namespace}`,
    message: expect.stringContaining(`namespace ${home.namespace} is being terminated`),
    hint: expect.stringContaining('apply install/ again'),
  })
  const live = await home.cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name: 'held' })
  if (live !== undefined) await home.cluster.replace({ ...live, metadata: { ...live.metadata, finalizers: [] } })
})
