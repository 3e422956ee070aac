import { expect, test } from 'vitest'
import { live, pod } from '../../test/pod-samples.ts'
import type { Live, Ref } from './cluster.ts'
import { collectionFor } from './collection.ts'
import { hiddenValues } from './hidden-values.ts'
import type { ContainerSpec } from './pods.ts'

const encoded = (value: string) => Buffer.from(value).toString('base64')
const objects: Record<string, Live> = {
  'Secret/db': { ...live('Secret', 'db'), data: { URL: encoded('mysql://x') } },
  'ConfigMap/settings': { ...live('ConfigMap', 'settings'), data: { API_TOKEN: 'in the wrong place', HOST: 'db' } },
}
const get = async ({ kind, name }: Ref): Promise<Live | undefined> => objects[`${kind}/${name}`]

/** One that reads all of these. */
const reader = (...names: string[]): Live => {
  const envFrom = names.map((path) => {
    const [kind, name] = path.split('/')
    return kind === 'Secret' ? { secretRef: { name } } : { configMapRef: { name } }
  })
  const env = [
    { name: 'DB_PASSWORD', value: 'written out' },
    { name: 'DB_HOST', value: 'db' },
  ]
  return pod({}, { containers: [{ name: 'web', env, envFrom } as ContainerSpec] })
}
const hidden = async (one: Live, ask = get) => {
  const missing: string[] = []
  return { values: await hiddenValues({ get: ask }, collectionFor(5_000), [one], missing), missing }
}

test('what Secrets hold, as it is and in base64, and what settings hold under the name of one', async () => {
  expect(await hidden(reader('ConfigMap/settings', 'Secret/db', 'Secret/gone'))).toEqual({
    values: [encoded('mysql://x'), 'mysql://x', 'in the wrong place', 'written out'],
    missing: [],
  })
})

const refused = async (ref: Ref): Promise<Live | undefined> => {
  if (ref.name !== 'other') return get(ref)
  throw new Error('it is forbidden')
}

test('a Secret that may not be read may be printed for all we know', async () => {
  expect(await hidden(reader('Secret/db', 'Secret/other'), refused)).toEqual({
    values: undefined,
    missing: ['what to hide of Secret/other: it is forbidden'],
  })
  expect((await hidden(reader('Secret/db', 'ConfigMap/other'), refused)).values).toContain('mysql://x')
})

test('however many settings a pod reads, its Secrets are known', async () => {
  const many = Array.from({ length: 60 }, (_, n) => `ConfigMap/settings-${n}`)
  expect((await hidden(reader(...many, 'Secret/db'))).values).toContain('mysql://x')
  expect((await hidden(reader(...many.map((name) => name.replace('ConfigMap', 'Secret'))))).values).toBeUndefined()
})
