import { expect, test } from 'vitest'
import { discovery, type ResourceList, unserved } from './discovery.ts'

const serving = (served: Record<string, ResourceList['resources']>) => {
  const reads: string[] = []
  const pathOf = discovery(async (path) => {
    reads.push(path)
    const resources = served[path]
    return resources && { resources }
  })
  return { reads, pathOf, served }
}
const core = {
  '/api/v1': [
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
  ],
  '/apis/apps/v1': [
    { name: 'deployments/scale', kind: 'Deployment', namespaced: true },
    { name: 'deployments', kind: 'Deployment', namespaced: true },
  ],
}
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }

test('spells paths as the server does, names encoded and their case kept', async () => {
  const { pathOf } = serving(core)
  expect(await pathOf({ ...configMap, namespace: 'previews', name: 'A:b c' })).toBe(
    '/api/v1/namespaces/previews/configmaps/A%3Ab%20c',
  )
  expect(await pathOf({ apiVersion: 'v1', kind: 'Namespace', namespace: 'x', name: 'y' })).toBe('/api/v1/namespaces/y')
  expect(await pathOf({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'x', name: 'y' })).toBe(
    '/apis/apps/v1/namespaces/x/deployments/y',
  )
  expect(await pathOf({ ...configMap, namespace: '' })).toBe('/api/v1/configmaps')
})

test('asks once per version, for many at once too', async () => {
  const { pathOf, reads } = serving(core)
  await Promise.all(Array.from({ length: 9 }, (_, i) => pathOf({ ...configMap, namespace: 'x', name: `${i}` })))
  expect(reads).toEqual(['/api/v1'])
})

test('finds a kind that was added since, and gives up on one that was not', async () => {
  const { pathOf, reads, served } = serving({ ...core, '/apis/x.y/v1': [] })
  await expect(pathOf({ apiVersion: 'x.y/v1', kind: 'Foo' })).rejects.toMatchObject({ status: 404, reason: 'NoMatch' })
  served['/apis/x.y/v1'] = [{ name: 'foos', kind: 'Foo', namespaced: false }]
  expect(await pathOf({ apiVersion: 'x.y/v1', kind: 'Foo', name: 'a' })).toBe('/apis/x.y/v1/foos/a')
  expect(reads).toEqual(['/apis/x.y/v1', '/apis/x.y/v1'])
  expect(await pathOf({ apiVersion: 'z/v1', kind: 'Bar' }).catch(unserved)).toBeUndefined()
})

test('an object of a namespaced kind needs its namespace', async () => {
  const { pathOf } = serving(core)
  await expect(pathOf({ ...configMap, name: 'a' })).rejects.toMatchObject({ status: 400 })
})

test('a failed look is not remembered', async () => {
  let works = false
  const pathOf = discovery(async () => {
    if (!works) throw new Error('down')
    return { resources: core['/api/v1'] }
  })
  await expect(pathOf({ ...configMap, namespace: 'x' })).rejects.toThrow('down')
  works = true
  expect(await pathOf({ ...configMap, namespace: 'x' })).toBe('/api/v1/namespaces/x/configmaps')
})
