import { expect, test } from 'vitest'
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
