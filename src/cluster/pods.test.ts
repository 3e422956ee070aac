import { describe, expect, test } from 'vitest'
import type { Live } from './cluster.ts'
import { newestPods } from './pods.ts'

const object = (kind: string, name: string, metadata: Partial<Live['metadata']> = {}, status: object = {}): Live => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, uid: name, resourceVersion: '1', ...metadata },
  status,
})
const of = (owner: string, controller = true) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'X', name: owner, uid: owner, controller }],
})
const revision = (number: number) => ({ annotations: { 'deployment.kubernetes.io/revision': String(number) } })
const names = (pods: Live[]) => pods.map(({ metadata }) => metadata.name)

describe('a Deployment', () => {
  const replicaSets = [
    object('ReplicaSet', 'old', { ...of('web'), ...revision(1) }),
    object('ReplicaSet', 'new', { ...of('web'), ...revision(2) }),
    object('ReplicaSet', 'alien', { ...of('api'), ...revision(2) }),
  ]
  const pods = [object('Pod', 'a', of('old')), object('Pod', 'b', of('new')), object('Pod', 'c', of('alien'))]
  const web = (observedGeneration: number) =>
    object('Deployment', 'web', { generation: 3, ...revision(2) }, { observedGeneration })

  test('has the pods of the ReplicaSet of its revision', () => {
    expect(names(newestPods(web(3), replicaSets, pods))).toEqual(['b'])
  })
  test('has none to judge while its controller has not seen the change', () => {
    expect(newestPods(web(2), replicaSets, pods)).toEqual([])
  })
  test('has none before its ReplicaSet', () => {
    expect(newestPods(web(3), replicaSets.slice(0, 1), pods)).toEqual([])
  })
})

test('a StatefulSet has the pods of its update revision', () => {
  const set = object('StatefulSet', 'db', { generation: 1 }, { observedGeneration: 1, updateRevision: 'r2' })
  const pods = ['r1', 'r2'].map((hash) =>
    object('Pod', `db-${hash}`, { ...of('db'), labels: { 'controller-revision-hash': hash } }),
  )
  expect(names(newestPods(set, [], pods))).toEqual(['db-r2'])
})

test('a Job has the pods it controls, not those it is mentioned by', () => {
  const pods = [object('Pod', 'a', of('migrate')), object('Pod', 'b', of('migrate', false)), object('Pod', 'c')]
  expect(names(newestPods(object('Job', 'migrate'), [], pods))).toEqual(['a'])
})

test('a Pod is its own', () => {
  const pods = [object('Pod', 'a'), object('Pod', 'b')]
  expect(names(newestPods(object('Pod', 'a'), [], pods))).toEqual(['a'])
})
