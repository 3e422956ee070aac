import { expect, test } from 'vitest'
import type { AskedApp } from './build.ts'
import { type Changes, judge } from './testing/sample.ts'

const app: AskedApp = { name: 'shop', service: 'web', port: 80, expose: 'ingress', ingress: 'web', images: [] }
const db = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'db' },
  spec: { selector: { app: 'db' }, ports: [{ port: 5432 }] },
}

test.each([
  ['a port by its name', { port: 'http' }],
  ['an image that a container has', { images: ['registry.example/web'] }],
])('%s is found', (_, change) => expect(judge({}, { apps: [{ ...app, ...change }] }).problems).toEqual([]))

test.each<[Partial<AskedApp>, Changes, string, string]>([
  [{ service: 'wbe' }, {}, 'apps.shop.service names the Service wbe, which is not in the build', 'it has web'],
  [{ port: 8080 }, {}, 'apps.shop.service names the port 8080, which Service/web does not have', 'it has 80, http'],
  [{ ingress: 'other' }, {}, 'apps.shop.ingress names the Ingress other, which is not in the build', 'it has web'],
  [
    { service: 'db', port: 5432 },
    { more: [db] },
    'apps.shop: Ingress/web does not lead to Service/db',
    'it leads to web',
  ],
  [
    {},
    { Service: { spec: { selector: null } } },
    'apps.shop.service: Service/web selects no pods',
    'name the Service with the selector of the app’s pods',
  ],
  [
    { images: ['registry.example/web', 'registry.example/shop'] },
    {},
    'apps.shop.image is registry.example/shop, which no container of the build has',
    'they have registry.example/web',
  ],
])('%j is not', (change, changes, message, hint) =>
  expect(judge(changes, { apps: [{ ...app, ...change }] }).problems).toContainEqual({
    message,
    hint,
    file: '.github/preview.yaml',
  }),
)

test('an Ingress without rules gets the one that leads to the app', () => {
  expect(judge({ Ingress: { spec: { rules: [] } } }).problems).toEqual([])
})
