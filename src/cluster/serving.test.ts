import { expect, test } from 'vitest'
import type { Live } from './cluster.ts'
import { judge } from './serving.ts'

const pod = (name: string, podIP: string, more: { phase?: string; deleted?: boolean } = {}): Live => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, resourceVersion: '1', ...(more.deleted ? { deletionTimestamp: 'now' } : {}) },
  status: { phase: more.phase ?? 'Running', podIP },
})
const slice = (...endpoints: { addresses: string[]; conditions?: object }[]): Live => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 's', uid: 's', resourceVersion: '1' },
  endpoints,
})
const endpoint = (ip: string, ready = true) => ({ addresses: [ip], conditions: { ready } })

const [a, b, old] = [pod('a', '10.0.0.1'), pod('b', '10.0.0.2'), pod('old', '10.0.0.9')]

test.each([
  {
    when: 'all addresses are new pods, over two slices',
    newest: [a, b],
    selected: [a, b],
    slices: [slice(endpoint('10.0.0.1')), slice(endpoint('10.0.0.2'), endpoint('10.0.0.9', false))],
    is: {
      pods: [
        { name: 'a', ip: '10.0.0.1' },
        { name: 'b', ip: '10.0.0.2' },
      ],
    },
  },
  {
    when: 'readiness is not said',
    newest: [a],
    selected: [a],
    slices: [slice({ addresses: ['10.0.0.1'] })],
    is: { pods: [{ name: 'a', ip: '10.0.0.1' }] },
  },
  {
    when: 'an old pod is left',
    newest: [a],
    selected: [a, old],
    slices: [slice(endpoint('10.0.0.1'))],
    is: { notYet: 'pod old of an older version is still there' },
  },
  {
    when: 'an old pod is on its way out',
    newest: [a],
    selected: [a, pod('old', '10.0.0.9', { deleted: true })],
    slices: [slice(endpoint('10.0.0.1'))],
    is: { notYet: 'pod old of an older version is still there' },
  },
  {
    when: 'an evicted pod is only remembered',
    newest: [a],
    selected: [a, pod('old', '10.0.0.9', { phase: 'Failed' })],
    slices: [slice(endpoint('10.0.0.1'))],
    is: { pods: [{ name: 'a', ip: '10.0.0.1' }] },
  },
  {
    when: 'a new pod is missing',
    newest: [a, b],
    selected: [a, b],
    slices: [slice(endpoint('10.0.0.1'), endpoint('10.0.0.2', false))],
    is: { notYet: 'pod b is no ready endpoint of Service web yet' },
  },
  {
    when: 'an address is nobody we know',
    newest: [a],
    selected: [a],
    slices: [slice(endpoint('10.0.0.1'), endpoint('10.0.0.9'))],
    is: { notYet: 'Service web still sends requests to 10.0.0.9' },
  },
  { when: 'there is nothing', newest: [], selected: [], slices: [], is: { notYet: 'Service web has no pods' } },
])('$when', ({ newest, selected, slices, is }) => {
  expect(judge('web', newest, selected, slices)).toEqual(is)
})
