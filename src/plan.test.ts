import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { PreviewError, type Problem } from './errors.ts'
import { environmentOf } from './names.ts'
import { planOf } from './plan.ts'
import { resolveSettings } from './settings.ts'

const plan = (
  yaml: string,
  inputs: Record<string, string> = {},
  images: Record<string, string> = {},
  { secrets = {}, resetDatabase = false }: { secrets?: Record<string, string>; resetDatabase?: boolean } = {},
) => {
  const read = parseConfig(yaml)
  const resolved = resolveSettings({ domain: 'preview.example.com', ...inputs }, undefined, 'acme/shop', 'previews')
  if ('problems' in read || 'problems' in resolved) throw new Error('the test is wrong')
  return planOf({
    environment: environmentOf({ repository: 'acme/shop', repositoryId: 1, branch: 'feature/login' }, true),
    pullRequest: { number: 12, title: 'Log in', url: 'https://github.com/acme/shop/pull/12' },
    pullRequests: [12],
    commit: 'c'.repeat(40),
    config: read.config,
    tree: '/tree',
    settings: resolved.settings,
    images,
    secrets,
    resetDatabase,
  })
}

const problemsOf = (act: () => unknown): Problem[] => {
  try {
    act()
  } catch (error) {
    if (error instanceof PreviewError) return [...error.problems]
    throw error
  }
  return []
}

test('hosts, URLs and images follow from the branch, the commit and the settings', () => {
  const { apps } = plan('apps: { web: { image: "registry:5000/web", port: 80 }, api: { image: "api:1", port: 81 } }')
  expect(apps).toMatchObject([
    {
      name: 'web',
      address: {
        host: '346e50ff9c5f4172807b918218604cbe-web.preview.example.com',
        url: 'https://346e50ff9c5f4172807b918218604cbe-web.preview.example.com',
        health: '/',
        leadsTo: { kind: 'Ingress', name: 'web' },
      },
      image: `registry:5000/web:${'c'.repeat(40)}`,
    },
    {
      name: 'api',
      address: { url: 'https://346e50ff9c5f4172807b918218604cbe-api.preview.example.com' },
      image: 'api:1',
    },
  ])
})

test('an image of the run wins; one for an app that is not there is an error', () => {
  const yaml = 'apps: { web: { image: web, port: 80 } }'
  expect(plan(yaml, {}, { web: 'other:2' }).apps[0]).toMatchObject({ image: 'other:2' })
  expect(() => plan(yaml, {}, { wbe: 'other:2' })).toThrow('images names wbe')
})

test("a migration's image has the commit's tag too", () => {
  const image = (migrate: string) => {
    const planned = plan(`apps: { web: { image: web, port: 80, migrate: { ${migrate} command: [up] } } }`)
    return planned.own === undefined ? planned.apps[0]?.config.migrate?.image : 'of somebody else'
  }
  expect(image('image: "web-schema",')).toBe(`web-schema:${'c'.repeat(40)}`)
  expect(image('image: "web-schema:3",')).toBe('web-schema:3')
  expect(image('')).toBeUndefined()
})

test('an app uses only what is shared with it', () => {
  const yaml =
    'apps: { web: { image: web, port: 80, secrets: [mail], imagePullSecrets: [pull], serviceAccount: logger } }'
  const refused = (shared: string) => problemsOf(() => plan(yaml, { 'shared-objects': shared }))
  expect(refused('').map(({ message }) => message)).toEqual([
    'apps.web uses Secret/mail, which is not shared',
    'apps.web uses Secret/pull, which is not shared',
    'apps.web uses ServiceAccount/logger, which is not shared',
  ])
  expect(refused('Secret/mail\nServiceAccount/logger')).toHaveLength(1)
  expect(plan(yaml, { 'shared-objects': 'Secret/mail\nSecret/pull\nServiceAccount/logger' }).apps).toHaveLength(1)
})

test('all that the install does not allow is said at once', () => {
  const yaml =
    'apps: { a: { image: a, port: 1, expose: istio, secrets: [mail] }, b: { image: b, port: 1, expose: nodePort } }'
  expect(problemsOf(() => plan(yaml))).toHaveLength(3)
  const own = (name: string) => `${name}: { service: { name: a, port: 1 }, expose: loadBalancer }`
  expect(problemsOf(() => plan(`{ kustomization: k8s, apps: { ${own('a')}, ${own('b')} } }`))).toHaveLength(2)
})

test('secrets in upper case are what the workflow hands over, and one that is not is said', () => {
  const yaml = 'apps: { web: { image: web, port: 80, secrets: [API_KEY, TOKEN] }, api: { image: api, port: 80 } }'
  const { apps } = plan(yaml, {}, {}, { secrets: { API_KEY: 'k', TOKEN: 't', OTHER: 'o' } })
  expect(apps).toMatchObject([{ secretValues: { API_KEY: 'k', TOKEN: 't' } }, { secretValues: {} }])
  expect(problemsOf(() => plan(yaml, {}, {}, { secrets: { TOKEN: '' } })).map(({ message }) => message)).toEqual([
    'apps.web uses the secret API_KEY, which the workflow does not hand over',
    'apps.web uses the secret TOKEN, which the workflow hands over empty',
  ])
})

describe('with manifests of its own', () => {
  const app = (name: string, rest = '') =>
    `${name}: { service: { name: s-${name}, port: 80 }, ingress: i-${name}, ${rest} }`
  const own = (...apps: string[]) => `{ kustomization: k8s, apps: { ${apps.join(', ')} } }`

  test('an app is reached by the names that the manifests have', () => {
    const { apps, own: of, placement } = plan(own(app('web', 'image: registry.example/web'), app('api')))
    expect(of).toEqual({ tree: '/tree', kustomization: 'k8s', rewriteServiceHosts: false })
    expect(placement).toEqual({ namespace: 'previews', suffix: '-346e50ff9c5f' })
    expect(apps).toMatchObject([
      {
        name: 'web',
        service: 's-web',
        address: {
          host: '346e50ff9c5f4172807b918218604cbe-web.preview.example.com',
          leadsTo: { kind: 'Ingress', name: 'i-web' },
        },
        images: { 'registry.example/web': `registry.example/web:${'c'.repeat(40)}` },
      },
      { name: 'api', service: 's-api', address: { leadsTo: { name: 'i-api' } }, images: {} },
    ])
  })

  test('an image is named by its app, if it is the only one, or as the manifests do', () => {
    const two = own(app('web', 'image: [rails, nginx]'))
    expect(plan(two, {}, { rails: 'r:1' }).apps).toMatchObject([
      { images: { rails: 'r:1', nginx: `nginx:${'c'.repeat(40)}` } },
    ])
    expect(problemsOf(() => plan(two, {}, { web: 'r:1' }))).toMatchObject([
      { hint: 'write one line for each, with its name in the manifests: rails=…, nginx=…' },
    ])
  })

  test('the workflow has no secrets for them', () => {
    expect(() => plan(own(app('web')), {}, {}, { secrets: { API_KEY: 'k' } })).toThrow('secrets are for apps that')
  })

  test('an image of the run has a place in the manifests, or is refused', () => {
    const web = app('web', 'image: registry.example/web')
    expect(plan(own(web), {}, { web: 'other:2' }).apps).toMatchObject([
      { images: { 'registry.example/web': 'other:2' } },
    ])
    expect(problemsOf(() => plan(own(app('web')), {}, { web: 'other:2' }))).toEqual([
      {
        message: 'images has one for web, but apps.web does not say which image of the manifests it replaces',
        hint: "add `image` to apps.web: the image's name as the manifests have it",
        file: '.github/preview.yaml',
      },
    ])
  })

  test('an image that apps share becomes one other', () => {
    const yaml = own(app('web', 'image: shop'), app('worker', 'image: shop'))
    expect(plan(yaml, {}, { web: 'other:2', worker: 'other:2' }).apps).toHaveLength(2)
    expect(problemsOf(() => plan(yaml, {}, { web: 'other:2' }))).toEqual([
      {
        message: `apps.web and apps.worker share the image shop, but images makes it other:2 and shop:${'c'.repeat(40)}`,
        hint: 'give both the same image, or the manifests two names',
        file: '.github/preview.yaml',
      },
    ])
  })
})

describe('logs', () => {
  const yaml = 'apps: { web: { image: web, port: 80, serviceAccount: logger, logs: /var/log/web } }'
  const shared = { 'shared-objects': 'ServiceAccount/logger' }
  const arn = 'arn:aws:logs:eu-west-1:111122223333:log-group:/previews'

  test('go where the install keeps them, and people find them there', () => {
    const [web] = plan(yaml, { ...shared, 'log-group-arn': arn }).apps
    expect(web).toMatchObject({ logs: { folder: '/var/log/web', group: { name: '/previews', region: 'eu-west-1' } } })
    expect(web?.logsUrl).toMatch(/^https:\/\/eu-west-1\.console\..*logStreamNameFilter\$3D346e50ff/)
  })

  test('are an error where the install keeps none', () => {
    expect(() => plan(yaml, shared)).toThrow('apps.web has logs, and the install has no log group')
  })
})

describe('a database', () => {
  const install = { 'database-names': 'db1', 'database-engine': 'mysql', 'database-host': 'db.internal' }
  const shared = { ...install, 'database-secret': 'database' }
  const yaml =
    'database: {}\napps: { web: { image: web, port: 80, waitFor: [database, api, "redis:6379"] }, api: { image: api, port: 81 } }'

  test('is leased for all apps, which may wait for it and for each other', () => {
    const planned = plan(yaml, shared)
    expect(planned).toMatchObject({ database: { settings: { names: ['db1'] }, reset: false } })
    if (planned.own !== undefined) throw new Error('the test is wrong')
    expect(planned.apps.map(({ hasDatabase }) => hasDatabase)).toEqual([true, true])
    expect(planned.apps[0]?.config.waitFor).toEqual(['db.internal:3306', 'api-346e50ff9c5f:81', 'redis:6379'])
  })

  test('is an error where the install has none', () => {
    expect(() => plan(yaml)).toThrow('asks for a database, and the install has none')
    expect(plan('apps: { web: { image: web, port: 80 } }', shared).database).toBeUndefined()
  })

  test('is reset only where something can', () => {
    const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:prepare'
    expect(() => plan(yaml, shared, {}, { resetDatabase: true })).toThrow('cannot reset')
    expect(() => plan('apps: { web: { image: web, port: 80 } }', shared, {}, { resetDatabase: true })).toThrow(
      'no database to reset',
    )
    expect(
      plan(yaml, { ...install, 'database-prepare-arn': machine }, {}, { resetDatabase: true }).database?.reset,
    ).toBe(true)
  })
})
