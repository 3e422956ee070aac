import { describe, expect, test } from 'vitest'
import { environmentOf, labelsOf, recordName } from '../names.ts'
import type { Live } from './cluster.ts'
import { isApplied, isControlled, isOurs, keyOf, memberOf, refOfMember, union } from './members.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'main' }, true)
const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'previews', name: 'web' }
const live = (metadata: Partial<Live['metadata']>): Live => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', uid: 'u', resourceVersion: '5', ...metadata },
})

test('an object is one object in every version of its API', () => {
  expect(keyOf({ ...ref, apiVersion: 'apps/v1beta1' })).toBe(keyOf(ref))
  expect(keyOf({ ...ref, apiVersion: 'extensions/v1' })).not.toBe(keyOf(ref))
  expect(keyOf({ ...ref, apiVersion: 'v1' })).not.toBe(keyOf(ref))
})

test.each([
  ref,
  { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'previews', name: 'a' },
  { apiVersion: 'v1', kind: 'Namespace', name: 'n' },
])('a member leads back to its object: $kind', (one) => {
  expect(refOfMember(memberOf(one, { uid: 'u', hash: 'h' }))).toEqual(one)
})

test('a union has each object once, as the later list knows it', () => {
  const merged = union([memberOf(ref, { uid: 'old', hash: 'old' })], [memberOf(ref), memberOf({ ...ref, name: 'api' })])
  expect(merged).toEqual([memberOf(ref), memberOf({ ...ref, name: 'api' })])
})

describe('whose it is', () => {
  const record = { apiVersion: 'v1', kind: 'ConfigMap', name: recordName(environment), uid: 'any' }

  test.each([
    { labels: labelsOf(environment), ours: true },
    { labels: { ...labelsOf(environment), more: 'labels' }, ours: true },
    { labels: { ...labelsOf(environment), 'eks-preview/part': '8' }, ours: false },
    { labels: { 'eks-preview/env': environment.id }, ours: false },
    { labels: {}, ours: false },
  ])('$labels: $ours', ({ labels, ours }) => {
    expect(isOurs(live({ labels }), environment)).toBe(ours)
  })

  test('only what refers to our record was applied by us', () => {
    expect(isApplied(live({ ownerReferences: [record] }), environment, undefined)).toBe(true)
    expect(isApplied(live({ ownerReferences: [{ ...record, name: 'other' }] }), environment, undefined)).toBe(false)
    expect(isApplied(live({}), environment, undefined)).toBe(false)
  })

  test('all in a namespace of the environment’s own was', () => {
    expect(isApplied(live({ namespace: 'previews-1' }), environment, 'previews-1')).toBe(true)
    expect(isApplied(live({ namespace: 'previews' }), environment, 'previews-1')).toBe(false)
    expect(isApplied(live({}), environment, undefined)).toBe(false)
  })

  test('our record controls nothing', () => {
    expect(isControlled(live({ ownerReferences: [record] }))).toBe(false)
    expect(isControlled(live({ ownerReferences: [record, { ...record, kind: 'ReplicaSet', controller: true }] }))).toBe(
      true,
    )
  })
})
