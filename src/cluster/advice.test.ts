import { describe, expect, test } from 'vitest'
import { crashed, deployment, ended, live, pod, status, waiting } from '../../test/pod-samples.ts'
import { adviceFor } from './advice.ts'
import { CAUSES, type Cause } from './causes.ts'
import type { Suspect } from './suspect.ts'

const suspect = (cause: Cause, reason: string, rest: Partial<Suspect> = {}): Suspect => ({
  object: deployment,
  pods: [],
  cause,
  reason,
  container: 'web',
  ...rest,
})
const advice = (cause: Cause, reason: string, rest: Partial<Suspect> = {}, log: string[] = []) => {
  const { what, next } = adviceFor(suspect(cause, reason, rest), log)
  return `${what} → ${next}`.replaceAll('`', '')
}

test.each(Object.keys(CAUSES) as Cause[])('%s: what happened and what to do next, with names', (cause) => {
  const { what, next } = adviceFor(suspect(cause, 'the reason', { culprit: 'Thing/previews/culprit' }), [])
  expect(what).toMatch(/^[A-Z`]/)
  expect(next).toMatch(/^\S/)
  expect(`${what} ${next}`).toMatch(/web|Thing\/previews\/culprit|previews|the reason/)
  expect(`${what} ${next}`).not.toMatch(/undefined|NaN|\[object/)
})

describe('an image', () => {
  const image = (culprit: string, reason = 'not found') => advice('ImageNotFound', reason, { culprit })
  test.each([
    ['registry.test:5000/acme/web:abc', 'image tag abc is not in repository registry.test:5000/acme/web'],
    ['acme/web', 'image tag latest is not in repository acme/web'],
    ['acme/web@sha256:0123', 'image sha256:0123 is not in repository acme/web'],
  ])('%s', (culprit, text) => expect(image(culprit)).toContain(text))
  test('that must not be pulled', () => {
    expect(image('acme/web:abc', 'ErrImageNeverPull: x')).toContain('imagePullPolicy')
  })
  test('of a registry that counts', () => {
    expect(advice('RegistryUnavailable', '429 Too Many Requests', { culprit: 'acme/web' })).toContain(
      'imagePullSecrets',
    )
  })
  test('for another processor, as its log or the start says', () => {
    const said = 'exec /app: exec format error'
    expect(advice('CrashLoop', '', { pod: pod(crashed(3)) }, [said])).toContain('linux/arm64')
    expect(advice('StartFailed', said, { pod: pod(crashed(3)) })).toContain('linux/arm64')
  })
})

test.each([
  [1, 'exit code 1, 3 restarts', 'nothing is left of its log'],
  [127, 'exit code 127', 'command was not found'],
  [0, 'exit code 0', 'a server has to keep running'],
])('a crash with exit code %i', (code, what, next) => {
  const text = advice('CrashLoop', '', { pod: pod(crashed(3, ended(code))) })
  expect(text).toContain(what)
  expect(text).toContain(next)
})

test('memory: the limit it had', () => {
  const containers = [{ name: 'web', resources: { limits: { memory: '32Mi' } } }]
  expect(advice('OutOfMemory', '', { pod: pod(crashed(2), { containers }) })).toContain('its limit of 32Mi')
})

describe('a health check', () => {
  const readinessProbe = { httpGet: { path: '/healthz', port: 'http' }, timeoutSeconds: 2 }
  const running = pod(
    { containerStatuses: [status({ running: {} })] },
    { containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 3000 }], readinessProbe }] },
  )
  test.each([
    ['Readiness probe failed: dial tcp 10.0.0.9:3000: connect: connection refused', 'nothing listens on port 3000: '],
    [
      'Readiness probe failed: context deadline exceeded (Client.Timeout exceeded)',
      '/healthz on port 3000 does not answer within 2 s',
    ],
    ['Readiness probe failed: HTTP probe failed with statuscode: 404', 'let /healthz on port 3000 answer 200'],
    ['it runs, but its readiness probe has not succeeded', 'see in its log'],
  ])('%s', (reason, next) => expect(advice('ProbeFailing', reason, { pod: running })).toContain(next))
})

test.each([
  [
    '0/3 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.',
    'No node has enough memory and cpu left for web.',
  ],
  ["0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.", 'nodeSelector'],
])('%s', (reason, text) => expect(advice('Unschedulable', reason)).toContain(text))

test.each([
  ['exceeded quota: q, used: pods=1', 'leaves no room for another pod in namespace previews'],
  ['failed quota: q: must specify requests.memory', 'must specify requests.memory'],
])('%s', (reason, text) => {
  expect(advice('QuotaExceeded', reason, { culprit: 'ResourceQuota/previews/q' })).toContain(text)
})

test('pod security: what it asks for', () => {
  const reason = 'pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'
  expect(advice('PodSecurity', reason)).toContain('securityContext: runAsNonRoot != true')
})

test('a migration: how it ended, and what serves meanwhile', () => {
  const object = live('Job', 'web-migrate')
  const text = advice('MigrationFailed', '', { object, pod: pod({ containerStatuses: [status(ended(5))] }) }, ['ERROR'])
  expect(text).toContain('Job/previews/web-migrate did not succeed: container web ended with exit code 5.')
  expect(text).toContain('its last words say why')
  expect(text).toContain('the version before goes on serving')
})

test('a missing key is named', () => {
  const reason = 'Secret/previews/db has no key URL'
  const text = advice('ConfigMissing', reason, { culprit: 'Secret/previews/db', pod: pod(waiting('x')) })
  expect(text).toContain('Secret/previews/db has no key URL. → add it')
})
