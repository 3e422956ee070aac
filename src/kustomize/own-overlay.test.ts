import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { environmentOf, placementOf } from '../names.ts'
import { asWrittenOf, type OwnOverlayApp, ownOverlayOf } from './own-overlay.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/login' }, true)
const app: OwnOverlayApp = {
  name: 'web',
  address: { host: 'h.preview.example.com', health: '/' },
  config: {
    service: { name: 'web', port: 80 },
    expose: 'ingress',
    ingress: 'web',
    image: ['registry.example/web', 'nginx'],
  },
  images: { 'registry.example/web': 'registry.example/web:abc', nginx: 'registry.example/nginx:abc' },
}
const overlay = (isolation: 'shared' | 'namespace', apps = [app]) => {
  const placement = placementOf(environment, { namespace: 'previews', isolation })
  return parse(ownOverlayOf(apps, { environment, placement }, '../../tree/k8s'))
}
const [ENV, PART] = [{ 'eks-preview/env': environment.id }, { 'eks-preview/part': '7' }]

test('as written means with nothing around it', () => {
  const { apiVersion, kind, ...rest } = parse(asWrittenOf('../k8s'))
  expect(rest).toEqual({ resources: ['../k8s'], buildMetadata: ['originAnnotations'] })
})

test('names, labels and images among others', () => {
  expect(overlay('shared')).toMatchObject({
    resources: ['../../tree/k8s'],
    namespace: 'previews',
    nameSuffix: '-346e50ff9c5f',
    labels: [{ pairs: ENV, includeSelectors: true, includeTemplates: true }, { pairs: PART }],
    images: [
      { name: 'registry.example/web', newName: 'registry.example/web', newTag: 'abc' },
      { name: 'nginx', newName: 'registry.example/nginx', newTag: 'abc' },
    ],
    configurations: ['name-references.yaml'],
  })
})

test('selectors are left alone where nobody else has pods', () => {
  const built = overlay('namespace')
  expect(built).not.toHaveProperty('nameSuffix')
  expect(built).toMatchObject({
    namespace: 'previews-346e50ff9c5f',
    labels: [{ pairs: ENV, includeSelectors: false, includeTemplates: true }, { pairs: PART }],
  })
})

test('an app that names no image changes none', () => {
  expect(overlay('shared', [{ ...app, images: {} }]).images).toEqual([])
})
