import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { databaseUrls, holders, openDatabaseHome } from './database-home.ts'
import { environmentAt, files, type Home } from './home.ts'
import { giveNamespaces } from './namespace-rights.ts'

/** `isolation: namespace`, with the rights of install/namespaces/ for the namespaces of this test. */

const BRANCH = 'feature/own-namespace'
const { short } = environmentAt(BRANCH)

let home: Home
let takeNamespaces: () => Promise<void>
beforeAll(async () => {
  home = await openDatabaseHome('mysql', ['preview_12'], {
    isolation: 'namespace',
    'shared-objects': 'Secret/mail',
    repositories: 'acme/shop',
  })
  takeNamespaces = await giveNamespaces(home)
  await kubectl(['create', 'secret', 'generic', 'mail', '-n', home.namespace, '--from-literal=MAIL=secret-text'])
})
afterAll(async () => {
  await takeNamespaces()
  await home.end()
})

const shared = {
  ...files,
  '.github/preview.yaml': `database: {}\n${files['.github/preview.yaml']}`.replace('port:', 'secrets: [mail], port:'),
}
const namespaces = async (): Promise<string[]> =>
  (await kubectl(['get', 'namespaces', '-o', 'name'])).split('\n').filter((name) => name.includes(home.namespace))

describe('a preview in a namespace of its own', () => {
  let number: number
  let sha: string
  const own = () => `${home.namespace}-${short}`

  test('is made with copies of what it shares, under the names of the manifests', async () => {
    ;({ number, sha } = home.open(BRANCH, shared))
    await home.build('app1', sha)
    const run = await home.on('opened', number)
    expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
    expect((await fetch(`${run.outputs.url}/healthz`)).headers.get('x-commit')).toBe(sha)
    const found = await kubectl(['get', 'deployment,service,ingress,secret', '-n', own(), '-o', 'name'])
    expect(found.trim().split('\n').sort()).toEqual([
      'deployment.apps/app1',
      'ingress.networking.k8s.io/app1',
      expect.stringMatching(/^secret\/eks-preview\.database\./),
      'secret/mail',
      'service/app1',
    ])
    expect(run.log).not.toContain('secret-text')
    expect(run.outputs.database).toBe('preview_12')
    expect(await databaseUrls(home)).toEqual({})
  })

  test('the same again writes nothing there', async () => {
    const objects = () => kubectl(['get', 'all,ingress,secret,configmap', '-n', own(), '-o', 'yaml'])
    const before = await objects()
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(await objects()).toBe(before)
  })

  test('goes with its namespace, and is looked for again', async () => {
    home.close(number)
    const run = await home.on('closed', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(await namespaces()).toEqual([`namespace/${home.namespace}`])
    const { receipt } = JSON.parse(run.outputs.result ?? '')
    expect(receipt).toContainEqual({ subject: `Namespace/${own()}`, gone: true })
    expect(receipt).toContainEqual({ subject: 'Database preview_12', gone: true })
    expect(await holders(home)).toEqual({ preview_12: 'free' })
    expect(await home.records()).toEqual([])
  })

  test('closed again: nothing is there', async () => {
    expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  })
})

test('a namespace of that name that is somebody else’s is left alone', async () => {
  const { number, sha } = home.open('feature/taken', files)
  await home.build('app1', sha)
  const taken = `${home.namespace}-${environmentAt('feature/taken').short}`
  await kubectl(['create', 'namespace', taken])
  const run = await home.on('opened', number)
  expect(run).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
  expect(run.log).toContain(`Namespace/${taken} exists and is not of this preview`)
  expect(await kubectl(['get', 'rolebinding,configmap', '-n', taken, '-o', 'name'])).not.toContain('eks-preview')
  home.close(number)
  expect(await home.on('closed', number)).toMatchObject({ exit: 1 })
  expect(await namespaces()).toContain(`namespace/${taken}`)
  await kubectl(['delete', 'namespace', taken])
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
})

test('may not enter any other namespace', async () => {
  const as = ['--as=somebody', '--as-group=eks-preview', '--dry-run=server']
  const binding = ['create', 'rolebinding', 'mine', '--clusterrole=eks-preview-environment', '--group=eks-preview']
  const refused = 'only the namespaces of previews'
  await expect(kubectl([...binding, '-n', 'default', ...as])).rejects.toThrow(refused)
  await expect(kubectl(['create', 'namespace', 'something', ...as])).rejects.toThrow(refused)
  await expect(kubectl(['delete', 'namespace', home.namespace, ...as])).rejects.toThrow(refused)
})
