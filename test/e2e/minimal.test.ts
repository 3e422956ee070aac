import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { CONFIG, openHome } from './home.ts'
import { found } from './sinks.ts'

const SIX_LINES = readFileSync(`examples/minimal/${CONFIG}`, 'utf8')
const KEYS = ['first key / 4b1d7c', 'second key / 9e02fa'] as const

/** A pull request of the example in a home of its own, its image built. */
const openExample = async (branch: string) => {
  const home = await openHome()
  const before = [await home.dump(), await home.records()]
  const { number, sha } = home.open(branch, { [CONFIG]: SIX_LINES, BRANCH: branch })
  await home.build('hello', sha, 'hello')
  let url = ''

  /** The action's run; whatever comes of it, nobody reads a key. */
  const on = async (action: string, key: string = KEYS[0]): Promise<RunResult> => {
    const run = await home.on(action, number, { inputs: { secrets: `API_KEY=${key}` } })
    expect(run.leaks).toEqual([])
    expect(found(home, KEYS, run, number)).toEqual([])
    url = run.outputs.url || url
    return run
  }
  const push = async (config: string): Promise<string> => {
    const next = home.push(number, { [CONFIG]: config, BRANCH: branch })
    await home.build('hello', next, 'hello')
    return next
  }
  const answer = async () => {
    const response = await fetch(url)
    return { status: response.status, commit: response.headers.get('x-commit'), text: await response.text() }
  }
  /** Cluster, zone and load balancers are as they were before. */
  const close = async (): Promise<void> => {
    home.close(number)
    expect(await on('closed')).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect([await home.dump(), await home.records()]).toEqual(before)
    await expect(fetch(url)).rejects.toThrow()
  }
  const comment = () => home.comments(number)[0]?.body
  return { home, sha, on, push, answer, close, comment }
}
type Example = Awaited<ReturnType<typeof openExample>>

const LIVE = { exit: 0, outputs: { status: 'live' } }
const FAILED = { exit: 1, outputs: { status: 'failed' } }

const KINDS = 'ConfigMap Deployment HorizontalPodAutoscaler Ingress PodDisruptionBudget Secret Service'
const all = (action: string) => Object.fromEntries(KINDS.split(' ').map((kind) => [kind, action]))
const changesOf = (run: RunResult): Record<string, string> => {
  const changes: { subject: string; action: string }[] = JSON.parse(run.outputs.result ?? '{}').changes
  return Object.fromEntries(changes.map(({ subject, action }) => [subject.split('/')[0], action]))
}

type EnvFrom = { secretRef?: { name: string } }
type Pod = { metadata: { uid: string; deletionTimestamp?: string }; spec: { containers: { envFrom: EnvFrom[] }[] } }
/** Those that are not on their way out, with the Secret they read. */
const podsOf = async ({ home }: Example): Promise<{ uid: string; secret: string }[]> => {
  const asked = ['get', 'pods', '-l', 'app.kubernetes.io/name=hello', '-o', 'json']
  const pods: Pod[] = JSON.parse(await kubectl([...asked, '-n', home.namespace])).items
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec }) => ({
      uid: metadata.uid,
      secret: spec.containers[0]?.envFrom.find(({ secretRef }) => secretRef)?.secretRef?.name ?? '',
    }))
}

describe('examples/minimal', () => {
  test.concurrent('six lines make seven objects, the same again changes none, another key rolls the pods, nothing stays', async ({
    onTestFinished,
  }) => {
    const example = await openExample('feature/six-lines')
    const { home, sha, on, push, answer } = example
    onTestFinished(() => home.end())
    const opened = await on('opened')
    expect(opened, opened.log).toMatchObject(LIVE)
    expect(changesOf(opened)).toEqual(all('created'))
    expect(await answer()).toEqual({ status: 200, commit: sha, text: 'Hello! The key is there.\n' })

    const [first, ...others] = await podsOf(example)
    expect(others).toEqual([])
    const again = await on('synchronize')
    expect(again).toMatchObject(LIVE)
    expect(changesOf(again)).toEqual(all('unchanged'))
    expect(await podsOf(example)).toEqual([first])

    const next = await push(`${SIX_LINES}    env: { GREETING: Hi }\n`)
    expect(await on('synchronize', KEYS[1])).toMatchObject(LIVE)
    expect(await answer()).toEqual({ status: 200, commit: next, text: 'Hi! The key is there.\n' })
    const [second] = await podsOf(example)
    expect(second?.secret).not.toBe(first?.secret)
    const secretOf = (name = '') => kubectl(['get', 'secret', name, '-n', home.namespace, '-o', 'json'])
    expect(JSON.parse(await secretOf(second?.secret)).data).toEqual({
      API_KEY: Buffer.from(KEYS[1]).toString('base64'),
    })
    await expect(secretOf(first?.secret)).rejects.toThrow('NotFound')
    await example.close()
  })

  test.concurrent('a push that crashes or lacks the key says why, while the version before serves, and the next puts it right', async ({
    onTestFinished,
  }) => {
    const example = await openExample('feature/broken')
    const { home, sha, on, push, answer, comment } = example
    onTestFinished(() => home.end())
    expect(await on('opened')).toMatchObject(LIVE)
    const served = { status: 200, commit: sha, text: 'Hello! The key is there.\n' }

    await push(`${SIX_LINES}    env: { PORT: oops }\n`)
    expect(await on('synchronize')).toMatchObject(FAILED)
    expect(comment()).toContain('listen tcp: lookup tcp/oops')
    expect(await answer()).toEqual(served)

    /** But for the record, and for what Kubernetes itself writes of pods that crash. */
    const written = async () => (await home.dump()).filter((line) => /^(ConfigMap\/hello|Secret|Service\/)/.test(line))
    const had = await written()
    expect(had).toHaveLength(4)
    const withoutKey = await on('synchronize', '')
    expect(withoutKey).toMatchObject(FAILED)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub's
    expect(withoutKey.log).toContain('API_KEY=${{ secrets.API_KEY }}')
    expect(await written()).toEqual(had)
    expect(await answer()).toEqual(served)

    const next = await push(`${SIX_LINES}    env: { GREETING: Hi }\n`)
    expect(await on('synchronize')).toMatchObject(LIVE)
    expect(await answer()).toEqual({ status: 200, commit: next, text: 'Hi! The key is there.\n' })
    await example.close()
  })
})
