import { expect, test } from 'vitest'
import type { KubeObject } from '../cluster/cluster.ts'
import { exposed } from './own-ingress.ts'
import type { OwnOverlayApp } from './own-overlay.ts'

const HOST = 'h.preview.example.com'
const app: OwnOverlayApp = {
  name: 'web',
  address: { host: HOST, health: '/healthz' },
  images: {},
  config: { service: { name: 'web', port: 'http' }, expose: 'ingress', ingress: 'web', health: '/healthz' },
}
const install = {
  ingressClass: 'alb',
  ingressGroup: 'preview',
  ingressAnnotations: { 'alb.ingress.kubernetes.io/inbound-cidrs': '203.0.113.0/24' },
  loadBalancerAnnotations: {},
  istio: undefined,
}
const ingress = (spec: object, annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web-abc', annotations },
  spec,
})
const expose = (one: KubeObject, of = app) => exposed(one, of, install, '-abc')

const paths = [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web-abc', port: { number: 80 } } } }]

test('every rule has the host, whatever it had before', () => {
  const spec = { ingressClassName: 'nginx', rules: [{ host: 'shop.example', http: { paths } }, { http: { paths } }] }
  expect(expose(ingress(spec)).spec).toEqual({
    ingressClassName: 'alb',
    rules: [
      { host: HOST, http: { paths } },
      { host: HOST, http: { paths } },
    ],
  })
})

test.each([{ rules: [] }, { rules: [{ host: 'shop.example' }] }, {}])('%j leads to the app’s Service', (spec) => {
  const rule = (port: object) => [
    {
      host: HOST,
      http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web-abc', port } } }] },
    },
  ]
  expect(expose(ingress(spec)).spec).toMatchObject({ rules: rule({ name: 'http' }) })
  const byNumber = { ...app, config: { ...app.config, service: { name: 'web', port: 8080 } } }
  expect(expose(ingress(spec), byNumber).spec).toMatchObject({ rules: rule({ number: 8080 }) })
})

test('certificates are the load balancer’s: hosts of TLS are the app’s, Secrets are not read', () => {
  const spec = { rules: [{ http: { paths } }], tls: [{ hosts: ['shop.example'], secretName: 'tls' }] }
  expect(expose(ingress(spec)).spec).toHaveProperty('tls', [{ hosts: [HOST] }])
})

test('what the install says of the load balancer counts; how the app is asked whether it is well, people may say', () => {
  const annotate = (annotations: Record<string, string>) =>
    expose(ingress({ rules: [{ http: { paths } }] }, annotations)).metadata.annotations
  expect(annotate({})).toEqual({
    'alb.ingress.kubernetes.io/group.name': 'preview',
    'alb.ingress.kubernetes.io/scheme': 'internet-facing',
    'alb.ingress.kubernetes.io/target-type': 'ip',
    'alb.ingress.kubernetes.io/healthcheck-path': '/healthz',
    'alb.ingress.kubernetes.io/inbound-cidrs': '203.0.113.0/24',
  })
  expect(
    annotate({
      note: 'x',
      'alb.ingress.kubernetes.io/healthcheck-path': '/alive',
      'alb.ingress.kubernetes.io/inbound-cidrs': '0.0.0.0/0',
    }),
  ).toMatchObject({
    note: 'x',
    'alb.ingress.kubernetes.io/healthcheck-path': '/alive',
    'alb.ingress.kubernetes.io/inbound-cidrs': '203.0.113.0/24',
  })
})
