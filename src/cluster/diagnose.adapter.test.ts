import { expect, test } from 'vitest'
import { withScriptedServer } from '../../test/config-map-server.ts'
import { crashed, deployment, ended, live, pod, status } from '../../test/pod-samples.ts'
import { type Act, failure, json } from '../../test/scripted-server.ts'
import type { Live } from './cluster.ts'
import { diagnose } from './diagnose.ts'
import type { Suspect } from './suspect.ts'

const { now, open } = withScriptedServer()

const suspect = (one: Live, rest: Partial<Suspect> = {}): Suspect => ({
  object: deployment,
  pods: [one],
  pod: one,
  container: 'web',
  cause: 'CrashLoop',
  reason: 'crashed 3 times, exit code 1',
  ...rest,
})
const log =
  (text: string | Buffer): Act =>
  (response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end(text)
const gone = json(400, failure(400, 'BadRequest', 'previous terminated container "web" in pod "web-1" not found'))
const never: Act = () => {}
const asked = () => now.server.seen.map(({ url }) => new URL(url, 'https://x.test').search)

test('the run before a restart comes first, then the one that goes on', async () => {
  const restarted = pod({ containerStatuses: [status({ running: {} }, { restartCount: 1, lastState: ended(1) })] })
  now.server.script.push(log('it fell\n'), log('it stands again\n'))
  const [diagnosis] = await diagnose(open(), 'previews', [suspect(restarted)])
  expect(diagnosis?.logs).toEqual([
    { pod: 'web-1', container: 'web', previous: true, lines: ['it fell'] },
    { pod: 'web-1', container: 'web', previous: false, lines: ['it stands again'] },
  ])
})

test('a previous run that the kubelet no longer has', async () => {
  now.server.script.push(gone, log('last words\n'))
  const [diagnosis] = await diagnose(open(), 'previews', [suspect(pod(crashed(3)))])
  expect(diagnosis).toMatchObject({ logs: [{ previous: false, lines: ['last words'] }], missing: [] })
})

test('no log at all: what the container left as its message', async () => {
  now.server.script.push(gone, gone)
  const left = { terminated: { exitCode: 1, reason: 'Error', message: 'panic: no database' } }
  const [diagnosis] = await diagnose(open(), 'previews', [suspect(pod(crashed(3, left)))])
  expect(diagnosis?.logs).toMatchObject([{ lines: ['panic: no database'] }])
})

test('an answer that is cut at its end is asked for again, shorter; no line is long, nothing is no text', async () => {
  now.server.script.push(
    log('x'.repeat(4_000)),
    log(Buffer.from('before \xff\xfe\nlong '.concat('y'.repeat(3_000), '\nlast\n'), 'latin1')),
  )
  const [diagnosis] = await diagnose(open(), 'previews', [suspect(pod(crashed(3)))])
  expect(asked().map((query) => /tailLines=(\d+)/.exec(query)?.[1])).toEqual(['50', '3'])
  const [first = '', second = '', last] = diagnosis?.logs[0]?.lines ?? []
  expect(first).toBe('before \ufffd\ufffd')
  expect(second).toMatch(/^long y+… \(2005 more characters\)$/)
  expect(last).toBe('last')
})

test('a log that may not be read, or not in time, is missing and said to be', async () => {
  const said =
    'pods "web-1" is forbidden: User "u" cannot get resource "pods/log" in API group "" in the namespace "previews"'
  const two = [pod(crashed(3)), pod(crashed(3), { name: 'web-2' })]
  now.server.script.push(json(403, failure(403, 'Forbidden', said)), never)
  const [diagnosis] = await diagnose(open(), 'previews', [suspect(two[0] as Live, { pods: two })], { within: 500 })
  expect(diagnosis?.logs).toEqual([])
  expect(diagnosis?.missing).toEqual([
    expect.stringMatching(/^the log of container web of Pod.previews.web-1: .* may not get pods.log/),
    expect.stringMatching(/^the log of container web of Pod.previews.web-1: not read/),
    'the log of container web of Pod/previews/web-2: not read within 1 s',
  ])
})

test('of many replicas three are read', async () => {
  const replicas = ['a', 'b', 'c', 'd'].map((name) => pod(crashed(3), { name }))
  now.server.script.push(log('a\n'), log('b\n'), log('c\n'))
  const [diagnosis] = await diagnose(open(), 'previews', [suspect(replicas[0] as Live, { pods: replicas })])
  expect(diagnosis?.logs.map(({ pod }) => pod)).toEqual(['a', 'b', 'c'])
})

test('what a pod knows is hidden, in its log and in what is said of it', async () => {
  const env = [{ name: 'DB_PASSWORD', value: 'hunter two' }]
  const known = pod(crashed(3), { containers: [{ name: 'web', env }] })
  now.server.script.push(log('trying hunter two\n'))
  const [diagnosis] = await diagnose(open(), 'previews', [
    { object: deployment, pods: [known], cause: 'ProgressDeadline', reason: 'no hunter two' },
  ])
  expect(diagnosis?.logs[0]?.lines).toEqual(['trying ***'])
  expect(diagnosis?.reason).toBe('no ***')
})

test('of a pod that knows what we may not read nothing is shown that it has said', async () => {
  const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'a' } } }]
  now.server.script.push(json(403, failure(403, 'Forbidden', 'secrets "a" is forbidden')))
  const known = pod(crashed(3), { containers: [{ name: 'web', env }] })
  const [diagnosis] = await diagnose(open(), 'previews', [suspect(known)])
  expect(diagnosis?.logs).toEqual([])
  expect(diagnosis?.missing).toEqual([
    expect.stringMatching(/^what to hide of Secret.a: /),
    'the logs: not all that they must not show is known',
  ])
})

test('where the manifest is', async () => {
  const sources = new Map([['/Ingress/previews/web', { file: 'k8s/ingress.yaml' }]])
  const ingress: Suspect = { object: live('Ingress', 'web'), pods: [], cause: 'LoadBalancerRefused', reason: 'no' }
  const [diagnosis] = await diagnose(open(), 'previews', [ingress], { sources })
  expect(diagnosis?.file).toBe('k8s/ingress.yaml')
})
