import { expect, test } from 'vitest'
import { live, seen } from '../../test/pod-samples.ts'
import { creationFault } from './creation-faults.ts'

const forbidden = (why: string): string => `Error creating: pods "web-5cb-" is forbidden: ${why}`

test.each([
  [
    forbidden('exceeded quota: previews, requested: pods=1, used: pods=5, limited: pods=5'),
    'QuotaExceeded',
    'ResourceQuota/previews/previews',
    10_000,
  ],
  [
    forbidden('failed quota: memory: must specify requests.memory for: web'),
    'QuotaExceeded',
    'ResourceQuota/previews/memory',
    10_000,
  ],
  [
    forbidden('violates PodSecurity "restricted:latest": runAsNonRoot != true (pod must not set it)'),
    'PodSecurity',
    'Namespace/previews',
    10_000,
  ],
  [
    'Error creating: admission webhook "validate.kyverno.svc" denied the request: no latest tag',
    'AdmissionDenied',
    'admission webhook validate.kyverno.svc',
    10_000,
  ],
  [
    forbidden("ValidatingAdmissionPolicy 'images' with binding 'all' denied request: not from our registry"),
    'AdmissionDenied',
    'ValidatingAdmissionPolicy/images',
    10_000,
  ],
  [
    forbidden('error looking up service account previews/app1: serviceaccount "app1" not found'),
    'ServiceAccountMissing',
    'ServiceAccount/previews/app1',
    10_000,
  ],
  [
    'Error creating: Internal error occurred: failed calling webhook "mutate.istio": context deadline exceeded',
    'PodsRefused',
    undefined,
    60_000,
  ],
] as const)('%s', (refused, cause, culprit, patience) => {
  const fault = creationFault(seen([], { refused }))
  expect(fault).toMatchObject({ cause, patience, reason: refused })
  expect(fault?.culprit).toBe(culprit)
})

test('a Deployment says itself that not all of its pods may be made', () => {
  const message = 'pods "web-5cb-" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'
  const object = (status: string) =>
    live('Deployment', 'web', { status: { conditions: [{ type: 'ReplicaFailure', status, message }] } })
  expect(creationFault(seen([], { object: object('True') }))).toMatchObject({ cause: 'QuotaExceeded', reason: message })
  expect(creationFault(seen([], { object: object('False') }))).toBeUndefined()
})

test('nothing is refused', () => {
  expect(creationFault(seen([]))).toBeUndefined()
})
