import type { V1EndpointSlice, V1Node, V1Service } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { nodeTargets, readyTargets } from './endpoints.ts'

const service: V1Service = {
  metadata: { name: 'web', namespace: 'ns' },
  spec: {
    ports: [
      { name: 'http', port: 80 },
      { name: 'admin', port: 81, nodePort: 30081 },
    ],
  },
}
const slice = (of: string, endpoints: [string, boolean | undefined][], namespace = 'ns'): V1EndpointSlice => ({
  addressType: 'IPv4',
  metadata: { namespace, labels: { 'kubernetes.io/service-name': of } },
  ports: [
    { name: 'http', port: 8080 },
    { name: 'admin', port: 9090 },
  ],
  endpoints: endpoints.map(([address, ready]) => ({
    addresses: [address],
    conditions: ready === undefined ? {} : { ready },
  })),
})

test('ready addresses of all slices of the Service, with the port the pods listen on', () => {
  const slices = [
    slice('web', [
      ['10.0.0.2', true],
      ['10.0.0.3', false],
    ]),
    // No word about readiness means ready.
    slice('web', [['10.0.0.1', undefined]]),
    slice('other', [['10.0.0.9', true]]),
    slice('web', [['10.0.0.8', true]], 'elsewhere'),
  ]
  expect(readyTargets(service, 80, slices)).toEqual([
    { address: '10.0.0.1', port: 8080 },
    { address: '10.0.0.2', port: 8080 },
  ])
  expect(readyTargets(service, 'admin', slices)?.map(({ port }) => port)).toEqual([9090, 9090])
})

test('nothing is known of a port the Service does not have', () => {
  expect(readyTargets(service, 82, [slice('web', [['10.0.0.1', true]])])).toBeUndefined()
})

const node = (providerID: string, status: 'True' | 'False' = 'True'): V1Node => ({
  spec: { providerID },
  status: { conditions: [{ type: 'Ready', status }] },
})

test('nodes that are ready are known by their instance, with the port that the Service has on each', () => {
  const nodes = [node('aws:///us-east-1a/i-01'), node('aws:///us-east-1b/i-02', 'False'), node('kind://docker/other')]
  expect(nodeTargets(service, 'admin', nodes)).toEqual([{ address: 'i-01', port: 30_081 }])
  expect(nodeTargets(service, 80, nodes)).toEqual([])
  expect(nodeTargets(service, 82, nodes)).toBeUndefined()
})
