import { describe, expect, test } from 'vitest'
import { resolveSettings } from './settings.ts'

const resolve = (inputs: Record<string, string>, install?: Record<string, string>) =>
  resolveSettings(inputs, install, 'acme/shop', 'previews')
const messages = (...args: Parameters<typeof resolve>) => {
  const resolved = resolve(...args)
  return 'problems' in resolved ? resolved.problems.map(({ message }) => message) : []
}

test('a domain is enough', () => {
  expect(resolve({ domain: 'preview.example.com' })).toMatchObject({
    settings: {
      dns: 'records',
      hostTemplate: '{id}-{app}.{domain}',
      urlTemplate: 'https://{host}',
      pureId: true,
    },
  })
})

test('the install ConfigMap fills what the inputs leave open', () => {
  expect(
    resolve(
      {},
      { domain: 'p.example.com', 'wait-timeout': '2h', 'ingress-annotations': 'a/b: [{"HTTPS": 443}]\ne: no' },
    ),
  ).toMatchObject({
    settings: {
      domain: 'p.example.com',
      timeouts: { wait: 7_200_000 },
      ingressAnnotations: { 'a/b': '[{"HTTPS": 443}]', e: 'no' },
    },
  })
})

test('an input that contradicts the install is an error; one that repeats it is not', () => {
  const install = { domain: 'p.example.com' }
  expect(messages({ domain: 'evil.example.com' }, install)).toEqual(['input domain contradicts the install ConfigMap'])
  expect(messages({ domain: 'p.example.com' }, install)).toEqual([])
})

test('who gets a preview is the install’s to say; without a word, whoever is ready for review', () => {
  const install = { domain: 'p.example.com', 'opt-in-label': 'preview', drafts: 'skip' }
  expect(messages({ 'opt-in-label': 'mine', drafts: 'deploy' }, install)).toEqual([
    'input opt-in-label contradicts the install ConfigMap',
    'input drafts contradicts the install ConfigMap',
  ])
  expect(resolve({ bots: 'skip' }, install)).toMatchObject({
    settings: { rules: { optInLabel: 'preview', drafts: 'skip', bots: 'skip' } },
  })
  expect(resolve({ domain: 'p.example.com' })).toMatchObject({
    settings: { rules: { optInLabel: undefined, drafts: 'skip', bots: 'deploy' } },
  })
  expect(messages({ domain: 'p.example.com', drafts: 'maybe', 'opt-in-label': 'x'.repeat(51) })).toEqual([
    expect.stringContaining('opt-in-label: GitHub has no label'),
    expect.stringContaining('drafts'),
  ])
})

test('repositories: a stranger is refused, and a second one puts the repository into the id', () => {
  expect(messages({ domain: 'p.example.com' }, { repositories: 'acme/other' })).toEqual([
    'the install does not serve acme/shop',
  ])
  expect(resolve({ domain: 'p.example.com' }, { repositories: 'acme/shop\nacme/other\n' })).toMatchObject({
    settings: { pureId: false },
  })
})

test('an unknown or broken install setting is named', () => {
  expect(messages({ domain: 'p.example.com' }, { domian: 'x', 'wait-timeout': 'soon' })).toEqual([
    'the install ConfigMap has the unknown setting domian',
    'setting wait-timeout: write a duration such as 90s, 15m or 2h',
  ])
})

test('no domain anywhere', () => expect(messages({})).toEqual(['domain is not set']))

test('probe: vpc needs a smoke check that must pass', () => {
  expect(messages({ domain: 'p.example.com', probe: 'vpc' })).toEqual([expect.stringContaining('probe: vpc')])
})

describe('databases', () => {
  const domain = { domain: 'p.example.com' }
  const install = {
    ...domain,
    'database-names': 'preview_{01..03}',
    'database-engine': 'postgres',
    'database-host': 'db.internal',
  }
  const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:eks-preview-checks-prepare'

  test('there are none before they are named', () =>
    expect(resolve(domain)).toMatchObject({ settings: { database: undefined } }))

  test('share one user, or get one each', () => {
    expect(resolve({}, { ...install, 'database-secret': 'database' })).toMatchObject({
      settings: {
        database: {
          pool: 'default',
          engine: 'postgres',
          host: 'db.internal',
          port: 5432,
          names: ['preview_01', 'preview_02', 'preview_03'],
          credentials: { kind: 'secret', name: 'database' },
          waitTimeout: 900_000,
        },
      },
    })
    const prepared = { 'database-prepare-arn': machine, 'database-port': '5433', 'database-timeout': '2m' }
    expect(resolve({}, { ...install, ...prepared, 'database-pool': 'shop' })).toMatchObject({
      settings: {
        database: {
          pool: 'shop',
          port: 5433,
          credentials: { kind: 'prepared', stateMachineArn: machine },
          waitTimeout: 120_000,
        },
      },
    })
  })

  test('what is missing, double or wrong is told at once', () => {
    expect(messages({}, { ...domain, 'database-port': '3306' })).toEqual([
      'database-names is not set',
      'database-engine is not set',
      'database-host is not set',
      'set database-secret or database-prepare-arn',
    ])
    const both = { 'database-secret': 'database', 'database-prepare-arn': machine }
    expect(messages({}, { ...install, ...both })).toEqual(['set database-secret or database-prepare-arn, not both'])
    expect(
      messages(
        {},
        { ...install, 'database-names': 'mysql, a b', 'database-host': 'db;drop', 'database-port': '70000' },
      ),
    ).toEqual([
      expect.stringContaining('"mysql" is a name that database servers use'),
      expect.stringContaining('database-host: not a host name'),
      expect.stringContaining('database-port: not a port number'),
    ])
  })

  test('a pull request cannot choose among them', () => {
    const theirs = { ...install, 'database-secret': 'database' }
    expect(messages({ 'database-names': 'production' }, theirs)).toEqual([
      'input database-names contradicts the install ConfigMap',
    ])
  })
})

test('deployments: shown by default, and known to be asked for', () => {
  const shown = (deployments?: string) => resolve({ domain: 'p.example.com', ...(deployments && { deployments }) })
  expect(shown()).toMatchObject({ settings: { deployments: { per: 'install', isAsked: false } } })
  expect(shown('one-environment')).toMatchObject({ settings: { deployments: { per: 'install', isAsked: true } } })
  expect(shown('per-pr')).toMatchObject({ settings: { deployments: { per: 'pull request', isAsked: true } } })
  expect(shown('off')).toMatchObject({ settings: { deployments: undefined } })
})
