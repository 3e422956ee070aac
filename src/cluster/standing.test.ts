import { describe, expect, test } from 'vitest'
import { environmentOf, LABEL, labelsOf, recordName } from '../names.ts'
import type { Live, Metadata } from './cluster.ts'
import { memberOf } from './members.ts'
import { standing } from './standing.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'main' }, true)
const { short } = environment
const record = { apiVersion: 'v1', kind: 'ConfigMap', name: recordName(environment), uid: 'any' }
const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 's' }
const labels = labelsOf(environment)
const inherited = { [LABEL.environment]: environment.id }

const live = (kind: string, metadata: Partial<Metadata>): Live => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a', uid: 'u', resourceVersion: '5', ...metadata },
})
const whole = { environment, members: [], neighbours: [], ownNamespace: undefined }

describe('an object', () => {
  test.each<[string, Partial<Metadata>, string]>([
    ['we applied', { labels, ownerReferences: [record] }, 'ours'],
    ['we applied in a life before', { labels, ownerReferences: [{ ...record, uid: 'old' }] }, 'ours'],
    ['with copied labels', { labels }, 'unproven'],
    ['with copied labels and an owner', { labels, ownerReferences: [{ ...record, name: 'root' }] }, 'unproven'],
    ['of another record', { labels, ownerReferences: [{ ...record, name: `eks-preview.${short}.8` }] }, 'unproven'],
    ['made by a controller', { labels, ownerReferences: [{ ...set, controller: true }] }, 'controlled'],
    ['of another part', { labels: { ...labels, [LABEL.part]: '8' }, ownerReferences: [record] }, 'elsewhere'],
    ['of another environment', { labels: { ...labels, [LABEL.environment]: 'f' } }, 'elsewhere'],
    ['without labels', { ownerReferences: [record] }, 'elsewhere'],
  ])('%s', (_, metadata, expected) => {
    expect(standing(live('ConfigMap', metadata), whole)).toBe(expected)
  })

  test('in a namespace of the environment’s own goes with it, whoever applied it', () => {
    const inside = { ...whole, ownNamespace: 'previews-1' }
    const of = (metadata: Partial<Metadata>) => standing(live('ConfigMap', { labels, ...metadata }), inside)
    expect(of({ namespace: 'previews-1' })).toBe('ours')
    expect(of({ namespace: 'previews' })).toBe('unproven')
    expect(of({ namespace: 'previews-1', ownerReferences: [{ ...set, controller: true }] })).toBe('controlled')
  })

  test('that the record knows by its uid is ours, even if somebody took its owner away', () => {
    const members = [memberOf({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }, { uid: 'u' })]
    expect(standing(live('ConfigMap', { labels }), { ...whole, members })).toBe('ours')
    expect(standing(live('ConfigMap', { labels, uid: 'other' }), { ...whole, members })).toBe('unproven')
  })
})

describe('the claim of a StatefulSet', () => {
  const claim = (name: string, more: Partial<Metadata> = {}) =>
    live('PersistentVolumeClaim', { name, labels: inherited, ...more })

  test.each<[string, Live, string]>([
    ['of this environment', claim(`data-db-${short}-0`), 'ours'],
    ['with many siblings', claim(`data-db-${short}-12`), 'ours'],
    ['whose name only ends alike', claim(`data-db-${short}`), 'unproven'],
    ['whose name ends otherwise', claim('data-db-0'), 'unproven'],
    ['with another owner', claim(`data-db-${short}-0`, { ownerReferences: [set] }), 'unproven'],
    ['that is no claim', { ...claim(`data-db-${short}-0`), kind: 'ConfigMap' }, 'unproven'],
  ])('%s', (_, object, expected) => {
    expect(standing(object, whole)).toBe(expected)
  })

  test('is known by the set that we applied', () => {
    const members = [memberOf({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' })]
    expect(standing(claim('data-db-0'), { ...whole, members })).toBe('ours')
    expect(standing(claim('data-xdb-0'), { ...whole, members })).toBe('unproven')
  })

  test('is left to the part whose set it is of', () => {
    const neighbours = [live('StatefulSet', { name: `db-${short}`, labels: { ...labels, [LABEL.part]: '8' } })]
    expect(standing(claim(`data-db-${short}-0`), { ...whole, neighbours })).toBe('unproven')
    expect(standing(claim(`data-app-${short}-0`), { ...whole, neighbours })).toBe('ours')
  })
})
