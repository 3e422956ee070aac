import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { environmentOf } from './names.ts'
import { planOf } from './plan.ts'
import { resolveSettings } from './settings.ts'

const plan = (yaml: string, inputs: Record<string, string> = {}, images: Record<string, string> = {}) => {
  const read = parseConfig(yaml)
  const resolved = resolveSettings({ domain: 'preview.example.com', ...inputs }, undefined, 'acme/shop', 'previews')
  if ('problems' in read || 'problems' in resolved) throw new Error('the test is wrong')
  return planOf({
    environment: environmentOf({ repository: 'acme/shop', repositoryId: 1, branch: 'feature/login' }, true),
    pullRequest: { number: 12, title: 'Log in', url: 'https://github.com/acme/shop/pull/12' },
    pullRequests: [12],
    commit: 'c'.repeat(40),
    config: read.config,
    settings: resolved.settings,
    images,
  })
}

test('hosts, URLs and images follow from the branch, the commit and the settings', () => {
  const { apps } = plan('apps: { web: { image: "registry:5000/web", port: 80 }, api: { image: "api:1", port: 81 } }')
  expect(apps.map(({ name, host, url, image }) => ({ name, host, url, image }))).toEqual([
    {
      name: 'web',
      host: '346e50ff9c5f4172807b918218604cbe-web.preview.example.com',
      url: 'https://346e50ff9c5f4172807b918218604cbe-web.preview.example.com',
      image: `registry:5000/web:${'c'.repeat(40)}`,
    },
    {
      name: 'api',
      host: '346e50ff9c5f4172807b918218604cbe-api.preview.example.com',
      url: 'https://346e50ff9c5f4172807b918218604cbe-api.preview.example.com',
      image: 'api:1',
    },
  ])
})

test('an image of the run wins; one for an app that is not there is an error', () => {
  const yaml = 'apps: { web: { image: web, port: 80 } }'
  expect(plan(yaml, {}, { web: 'other:2' }).apps[0]?.image).toBe('other:2')
  expect(() => plan(yaml, {}, { wbe: 'other:2' })).toThrow('images names wbe')
})

test("a migration's image has the commit's tag too", () => {
  const image = (migrate: string) =>
    plan(`apps: { web: { image: web, port: 80, migrate: { ${migrate} command: [up] } } }`).apps[0]?.config.migrate
      ?.image
  expect(image('image: "web-schema",')).toBe(`web-schema:${'c'.repeat(40)}`)
  expect(image('image: "web-schema:3",')).toBe('web-schema:3')
  expect(image('')).toBeUndefined()
})

test('an app uses only what is shared with it', () => {
  const yaml =
    'apps: { web: { image: web, port: 80, secrets: [mail], imagePullSecrets: [pull], serviceAccount: logger } }'
  expect(() => plan(yaml)).toThrow('not shared')
  expect(() => plan(yaml, { 'shared-objects': 'Secret/mail\nServiceAccount/logger' })).toThrow('not shared')
  expect(plan(yaml, { 'shared-objects': 'Secret/mail\nSecret/pull\nServiceAccount/logger' }).apps).toHaveLength(1)
})
