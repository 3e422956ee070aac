import { describe, expect, test } from 'vitest'
import { addressOf, exposureProblems } from './address.ts'
import type { Exposure } from './config-schema.ts'
import { environmentOf } from './names.ts'
import { resolveSettings } from './settings.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 1, branch: 'feature/login' }, true)
const HOST = `${environment.id}-web.preview.example.com`
const ELB = 'k8s-istio-1.elb.us-east-1.amazonaws.com'

const settingsOf = (inputs: Record<string, string>) => {
  const resolved = resolveSettings({ domain: 'preview.example.com', ...inputs }, undefined, 'acme/shop', 'previews')
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems))
  return resolved.settings
}
const at = (expose: Exposure, inputs: Record<string, string> = {}, port = 80) => {
  const settings = settingsOf(inputs)
  expect(exposureProblems('web', expose, settings)).toEqual([])
  const asked = { app: 'web', expose, health: undefined, ingress: 'i', service: 's', port }
  return addressOf(asked, { environment, pullRequest: { number: 12 }, settings })
}

describe('what leads to an app', () => {
  test('its Ingress, at the URL that the install has for all', () => {
    const address = { host: HOST, url: `https://${HOST}`, health: '/', leadsTo: { kind: 'Ingress', name: 'i' } }
    expect(at('ingress')).toEqual(address)
    expect(at('nodePort', { 'allowed-exposures': 'nodePort' })).toEqual(address)
  })

  test('a load balancer of its own, which listens on the port of the Service and has no certificate', () => {
    const url = (port: number) => at('loadBalancer', { 'allowed-exposures': 'loadBalancer' }, port)?.url
    expect(url(8080)).toBe(`http://${HOST}:8080`)
    expect(url(80)).toBe(`http://${HOST}`)
    expect(url(443)).toBe(`https://${HOST}`)
    expect(at('loadBalancer', { 'allowed-exposures': 'istio\nloadBalancer' })?.leadsTo).toEqual({
      kind: 'Service',
      name: 's',
    })
  })

  test('the load balancer of the Gateway, or nothing that DNS would have to know', () => {
    const istio = { 'allowed-exposures': 'istio', 'istio-gateway': 'istio-system/previews' }
    expect(at('istio', { ...istio, 'istio-load-balancer': ELB })).toMatchObject({
      url: `https://${HOST}`,
      leadsTo: { kind: 'LoadBalancer', hostname: ELB },
    })
    expect(at('istio', { ...istio, dns: 'none' })).toMatchObject({ url: `https://${HOST}`, leadsTo: undefined })
  })

  test('nothing', () => expect(at('none')).toBeUndefined())
})

test.each<[Exposure, Record<string, string>, string]>([
  ['loadBalancer', {}, 'which the install does not allow'],
  ['nodePort', { 'allowed-exposures': 'istio' }, 'which the install does not allow'],
  ['istio', {}, 'which the install does not allow'],
  ['istio', { 'allowed-exposures': 'istio' }, 'and the install names no Gateway'],
  [
    'istio',
    { 'allowed-exposures': 'istio', 'istio-gateway': 'a/b' },
    'and the install does not say where its Gateway is reached',
  ],
])('%s with %j is refused', (expose, inputs, why) =>
  expect(exposureProblems('web', expose, settingsOf(inputs))).toMatchObject([
    { message: `apps.web has \`expose: ${expose}\`, ${why}` },
  ]),
)
