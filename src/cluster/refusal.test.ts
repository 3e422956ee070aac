import { expect, test } from 'vitest'
import { ApiError } from './cluster.ts'
import { accepted, unanswered, unauthorized } from './refusal.ts'

const answer = (status: number, json: unknown, text = JSON.stringify(json)) => ({
  status,
  json,
  text,
  warnings: [],
  retryAfter: undefined,
})
const refused = (status: number, json: unknown, text?: string): unknown => {
  try {
    return accepted('ConfigMap/previews/a', answer(status, json, text))
  } catch (error) {
    return error
  }
}
const forbidden = (message: string) => refused(403, { kind: 'Status', reason: 'Forbidden', message })

test('a missing permission becomes the rule to add', () => {
  expect(
    forbidden(
      'configmaps "a" is forbidden: User "gha:run-1" cannot patch resource "configmaps" in API group "" in the namespace "previews"',
    ),
  ).toMatchObject({
    code: 'AccessDenied',
    message: 'ConfigMap/previews/a: gha:run-1 may not patch configmaps in namespace previews',
    hint: expect.stringContaining(
      '{ apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] } to a Role in namespace previews bound to gha:run-1',
    ),
    cause: { status: 403 },
  })
  expect(
    forbidden(
      'x is forbidden: User "u" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope',
    ),
  ).toMatchObject({ code: 'AccessDenied', hint: expect.stringContaining('to a ClusterRole bound to u') })
})

test('a quota or an admission policy is no missing permission', () => {
  expect(forbidden('pods "a" is forbidden: exceeded quota: previews')).toMatchObject({ name: 'ApiError', status: 403 })
})

test('keeps what the server said', () => {
  const causes = [{ reason: 'FieldValueInvalid', message: 'field is immutable', field: 'spec.selector' }]
  const error = refused(422, { reason: 'Invalid', message: 'Service "a" is invalid', details: { causes } })
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 422, reason: 'Invalid', message: 'Service "a" is invalid', causes })
})

test('a proxy that answers for the server', () => {
  expect(refused(502, undefined, '<html>Bad gateway</html>')).toMatchObject({
    message: 'ConfigMap/previews/a: HTTP 502 <html>Bad gateway</html>',
  })
})

const connection = { server: 'https://k', unreachableHint: 'use a runner inside the VPC' }

test('no connection, no trust, no answer', () => {
  const broken = (code: string) => unanswered('Pod/a', { code, cause: new Error(code) }, connection)
  expect(broken('UND_ERR_CONNECT_TIMEOUT')).toMatchObject({ code: 'Unavailable', hint: 'use a runner inside the VPC' })
  expect(broken('DEPTH_ZERO_SELF_SIGNED_CERT')).toMatchObject({ message: expect.stringContaining('cannot trust') })
  expect(broken('ECONNRESET')).toMatchObject({ name: 'ApiError', status: 0 })
})

test('401 says what the connection knows', async () => {
  const unauthorizedHint = async () => 'create an access entry'
  expect(await unauthorized('Pod/a', { ...connection, unauthorizedHint })).toMatchObject({
    code: 'AccessDenied',
    hint: 'create an access entry',
  })
})
