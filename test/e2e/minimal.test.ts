import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunResult } from '../../local/runner/run-action.ts'
import { CONFIG, type Home, kubectl, openHome } from './home.ts'
import { found } from './sinks.ts'

const SIX_LINES = readFileSync(`examples/minimal/${CONFIG}`, 'utf8')
const KEYS = ['first key / 4b1d7c', 'second key / 9e02fa']

type Pod = { metadata: { uid: string; deletionTimestamp?: string }; spec: { containers: { envFrom: EnvFrom[] }[] } }
type EnvFrom = { secretRef?: { name: string } }

const changesOf = (run: RunResult): Record<string, string> => {
  const changes: { subject: string; action: string }[] = JSON.parse(run.outputs.result ?? '{}').changes
  return Object.fromEntries(changes.map(({ subject, action }) => [subject.split('/')[0], action]))
}
const ALL = 'ConfigMap Deployment HorizontalPodAutoscaler Ingress PodDisruptionBudget Secret Service'
const all = (action: string) => Object.fromEntries(ALL.split(' ').map((kind) => [kind, action]))

describe('examples/minimal: seven objects from six lines', () => {
  let home: Home
  let number: number
  let sha: string
  let url: string
  let before: unknown[]
  beforeAll(async () => {
    home = await openHome()
    before = [await home.dump(), await home.records()]
    ;({ number, sha } = home.open('feature/minimal', { [CONFIG]: SIX_LINES }))
    await home.build('hello', sha, 'hello')
  })
  afterAll(() => home.end())

  /** The action's run; whatever comes of it, nobody reads a key. */
  const on = async (action: string, key = KEYS[0]): Promise<RunResult> => {
    const run = await home.on(action, number, { inputs: { secrets: `API_KEY=${key}` } })
    expect(run.leaks).toEqual([])
    expect(found(home, KEYS, run, number)).toEqual([])
    return run
  }
  const push = async (config: string): Promise<string> => {
    const next = home.push(number, { [CONFIG]: config, 'README.md': `after ${sha}` })
    await home.build('hello', next, 'hello')
    return next
  }
  const answer = async () => {
    const response = await fetch(url)
    return { status: response.status, commit: response.headers.get('x-commit'), text: await response.text() }
  }
  const pods = async (): Promise<{ uid: string; secret: string | undefined }[]> => {
    const asked = ['get', 'pods', '-l', 'app.kubernetes.io/name=hello', '-o', 'json']
    const text = await kubectl([...asked, '-n', home.namespace])
    return (JSON.parse(text).items as Pod[])
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata, spec }) => ({
        uid: metadata.uid,
        secret: spec.containers[0]?.envFrom.find(({ secretRef }) => secretRef)?.secretRef?.name,
      }))
  }

  /** But for the record, and for what Kubernetes itself writes of an autoscaler and of pods that crash. */
  const written = async () =>
    (await home.dump()).filter((line) => /^(ConfigMap\/hello|Secret|Service\/|Ingress)/.test(line))

  test('opened: seven objects are made, and the URL answers from this commit', async () => {
    const run = await on('opened')
    expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    url = run.outputs.url ?? ''
    expect(changesOf(run)).toEqual(all('created'))
    expect(await answer()).toEqual({ status: 200, commit: sha, text: 'Hello! The key is there.\n' })
  })

  test('the same event again: all seven are unchanged, and so are the pods', async () => {
    const had = await pods()
    const run = await on('synchronize')
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(changesOf(run)).toEqual(all('unchanged'))
    expect(await pods()).toEqual(had)
  })

  test('a push with a greeting, and another key: the new commit answers, from pods with the new key', async () => {
    const had = await pods()
    sha = await push(`${SIX_LINES}    env: { GREETING: Hi }\n`)
    const run = await on('synchronize', KEYS[1])
    expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'live', url } })
    expect(await answer()).toEqual({ status: 200, commit: sha, text: 'Hi! The key is there.\n' })
    const [pod, ...others] = await pods()
    expect(others).toEqual([])
    expect(pod?.secret).not.toBe(had[0]?.secret)
    const secret = await kubectl(['get', 'secret', pod?.secret ?? '', '-n', home.namespace, '-o', 'json'])
    expect(JSON.parse(secret).data).toEqual({ API_KEY: Buffer.from(KEYS[1] ?? '').toString('base64') })
    await expect(kubectl(['get', 'secret', had[0]?.secret ?? '', '-n', home.namespace])).rejects.toThrow('NotFound')
  })

  test('a push that crashes: the failure says why, and the version before serves on', async () => {
    await push(`${SIX_LINES}    env: { PORT: oops }\n`)
    const run = await on('synchronize')
    expect(run).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
    const [comment] = home.comments(number)
    expect(comment?.body).toContain('listen tcp: lookup tcp/oops')
    expect(await answer()).toMatchObject({ status: 200, commit: sha, text: 'Hi! The key is there.\n' })
  })

  test('a push without the key: nothing is touched, and the failure says what the workflow lacks', async () => {
    const had = await written()
    const run = await on('synchronize', '')
    expect(run).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's
    expect(run.log).toContain('API_KEY=${{ secrets.API_KEY }}')
    expect(await written()).toEqual(had)
  })

  test('put right: the new commit answers', async () => {
    sha = await push(SIX_LINES)
    const run = await on('synchronize')
    expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'live', url } })
    expect(await answer()).toEqual({ status: 200, commit: sha, text: 'Hello! The key is there.\n' })
  })

  test('closed: cluster, zone and load balancer are as they were before', async () => {
    home.close(number)
    const run = await on('closed')
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect([await home.dump(), await home.records()]).toEqual(before)
    await expect(fetch(url)).rejects.toThrow()
  })
})
