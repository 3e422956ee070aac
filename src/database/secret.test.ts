import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../cluster/cluster.ts'
import { environmentOf, placementOf } from '../names.ts'
import { DATABASE_SECRET, databaseSecret, hiddenIn, withDatabase } from './secret.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/login' }, true)
const access: Parameters<typeof databaseSecret>[0] = {
  environment,
  placement: placementOf(environment, { namespace: 'previews', isolation: 'shared' }),
  engine: 'mysql',
  host: 'db.internal',
  port: 3306,
  lease: { name: 'preview_03', generation: 17 },
  credentials: { username: 'preview_03', password: 'p@ss:/w?rd', version: 'v1' },
  variables: {
    host: 'DB_HOST',
    port: 'DB_PORT',
    name: 'DB_NAME',
    user: 'DB_USER',
    password: 'DB_PASSWORD',
    url: 'DB_URL',
  },
}

describe('the Secret of a lease', () => {
  test('holds what an app needs, under the names that it reads', () => {
    const { data = {}, metadata } = databaseSecret(access)
    const text = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, atob(value)]))
    expect(text).toEqual({
      DB_HOST: 'db.internal',
      DB_PORT: '3306',
      DB_NAME: 'preview_03',
      DB_USER: 'preview_03',
      DB_PASSWORD: 'p@ss:/w?rd',
      DB_URL: 'mysql://preview_03:p%40ss%3A%2Fw%3Frd@db.internal:3306/preview_03',
    })
    expect(new URL(text.DB_URL ?? '').password).toBe('p%40ss%3A%2Fw%3Frd')
    expect(metadata).toMatchObject({ namespace: 'previews', labels: { 'eks-preview/env': environment.id } })
    expect(metadata.name).toMatch(/^eks-preview\.database\.346e50ff9c5f\.g17-[0-9a-f]{8}$/)
  })

  test('has another name exactly when pods would go on with something old, and its name tells nothing of the password', () => {
    const name = (change: Partial<typeof access>) => databaseSecret({ ...access, ...change }).metadata.name
    const { credentials } = access
    expect(name({})).toBe(name({ credentials: { ...credentials, password: 'another' } }))
    const others = [
      name({ credentials: { ...credentials, version: 'v2' } }),
      name({ lease: { name: 'preview_03', generation: 18 } }),
      name({ host: 'other.internal' }),
      name({ variables: { ...access.variables, url: 'DATABASE_URL' } }),
    ]
    expect(new Set([name({}), ...others]).size).toBe(5)
  })

  test('is hidden as it is, in a URL and encoded', () =>
    expect(hiddenIn(access)).toEqual(['p@ss:/w?rd', 'p%40ss%3A%2Fw%3Frd', btoa('p@ss:/w?rd')]))
})

describe('who reads it', () => {
  const pod = (spec: object): KubeObject =>
    ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec }) as KubeObject
  const name = DATABASE_SECRET

  test.each([
    { containers: [{ name: 'a', envFrom: [{ secretRef: { name } }] }] },
    { containers: [{ name: 'a', env: [{ name: 'A', valueFrom: { secretKeyRef: { name, key: 'DATABASE_URL' } } }] }] },
    { containers: [], initContainers: [{ name: 'a', envFrom: [{ secretRef: { name } }] }] },
    { containers: [], volumes: [{ name: 'v', secret: { secretName: name } }] },
    { containers: [], volumes: [{ name: 'v', projected: { sources: [{ secret: { name } }] } }] },
  ])('gets it by the name of the lease: %j', (spec) => {
    const { objects, users } = withDatabase([pod(spec)], 'lease')
    expect(users).toBe(1)
    expect(objects[0]?.spec).toEqual(JSON.parse(JSON.stringify(spec).replaceAll(name, 'lease')))
  })

  test('and in the templates of any kind', () => {
    const spec = { containers: [{ name: 'a', envFrom: [{ secretRef: { name } }] }] }
    const rollout = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'a' },
      spec: { template: { spec } },
    }
    expect(JSON.stringify(withDatabase([rollout], 'lease').objects)).not.toContain(name)
  })

  test('nothing else changes: texts, other Secrets, things of that name', () => {
    const others = [
      pod({
        containers: [{ name, args: [name], envFrom: [{ secretRef: { name: 'mail' } }, { configMapRef: { name } }] }],
      }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } },
    ]
    const { objects, users } = withDatabase(others, 'lease')
    expect(users).toBe(0)
    expect(objects).toEqual(others)
    expect(objects[0]).toBe(others[0])
  })
})
