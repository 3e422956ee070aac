import { describe, expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const problems = (text: string) => {
  const read = parseConfig(text)
  return 'problems' in read ? read.problems.map(({ line, message }) => `${line}: ${message}`) : []
}

describe('with manifests of its own', () => {
  const own = (app: string, top = '') =>
    `kustomization: k8s/overlays/preview\n${top}apps:\n  web:\n    service: { name: web, port: http }\n    ingress: web\n${app}`

  test('an app names its Service and its Ingress', () => {
    expect(parseConfig(own('    image: registry.example:5000/shop/web\n', 'rewriteServiceHosts: true\n'))).toEqual({
      config: {
        kustomization: 'k8s/overlays/preview',
        rewriteServiceHosts: true,
        apps: {
          web: {
            service: { name: 'web', port: 'http' },
            ingress: 'web',
            image: 'registry.example:5000/shop/web',
            expose: 'ingress',
          },
        },
      },
    })
  })

  test.each([
    ['.', '.'],
    ['./k8s/', 'k8s'],
    ['k8s//preview', 'k8s/preview'],
  ])('the folder %s is %s', (written, folder) => {
    expect(parseConfig(own('').replace('k8s/overlays/preview', written))).toMatchObject({
      config: { kustomization: folder },
    })
  })

  test.each([
    '/etc',
    '../other',
    'k8s/../../other',
    '~/k8s',
    'https://example.com/base?ref=main',
    'C:\\k8s',
    '""',
    '3',
  ])('the folder %s is refused', (written) =>
    expect(problems(own('').replace('k8s/overlays/preview', written))).toEqual([expect.stringMatching(/^1: /)]),
  )

  test('it says everything that is wrong, each with its line', () => {
    expect(
      problems(`kustomization: k8s/kustomization.yaml
rewriteServiceHosts: yes please
apps:
  web:
    service: { name: Web, port: 70000 }
    image: registry.example/web:1
    port: 3000
  api:
    service: { name: api }
    ingress: web
    helth: /x
`),
    ).toEqual([
      '1: kustomization: name the folder, not the file in it',
      '2: rewriteServiceHosts: Invalid input: expected boolean, received string',
      '5: apps.web.service.name: not a Kubernetes object name',
      '5: apps.web.service.port: Too big: expected number to be <=65535',
      '6: apps.web.image: write the name that the manifests have, without a tag',
      '7: apps.web.port: not together with kustomization: the manifests say it',
      '9: apps.api.service.port: is missing',
      '11: apps.api.helth: unknown key',
    ])
  })

  test('keys that need it say so without it', () => {
    expect(problems('apps:\n  web:\n    image: a\n    port: 1\n    ingress: web\n')).toEqual([
      '5: apps.web.ingress: only together with kustomization',
    ])
  })

  test('images may be several, and the Ingress may be left to the action', () => {
    const text = 'kustomization: k8s\napps: { web: { service: { name: web, port: 80 }, image: [rails, nginx] } }'
    expect(parseConfig(text)).toMatchObject({
      config: { apps: { web: { image: ['rails', 'nginx'], expose: 'ingress' } } },
    })
  })

  test('what leads to an app decides what is needed', () => {
    expect(
      problems(`kustomization: k8s
apps:
  a: { service: { name: a, port: http }, expose: loadBalancer }
  b: { service: { name: b, port: http }, expose: istio, ingress: b }
  c: { service: { name: c, port: http }, expose: none, commit: { header: x } }
  d: { service: { name: d, port: 80 } }
  e: { service: { name: e, port: 80 }, ingress: d }
`),
    ).toEqual([
      '3: apps.a.service.port: write its number, which `expose: loadBalancer` needs',
      '4: apps.b.service.port: write its number, which `expose: istio` needs',
      '4: apps.b.ingress: no Ingress leads to an app with `expose: istio`',
      "7: apps.e.ingress: apps.d has the Ingress d, and an Ingress has one app's host: give each an Ingress of its own",
      '5: apps.c.commit: an app with `expose: none` has no URL to ask: take one of the two out',
    ])
  })

  test('an Ingress is the host of one app', () => {
    expect(problems(own('  api:\n    service: { name: api, port: 80 }\n    ingress: web\n'))).toEqual([
      "8: apps.api.ingress: apps.web has the Ingress web, and an Ingress has one app's host: give each an Ingress of its own",
    ])
  })
})
