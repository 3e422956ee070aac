import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { REGISTRY } from '../../local/scene.ts'
import { holders } from './database-home.ts'
import { environmentAt } from './home.ts'
import { changed, DATABASE, EXAMPLE, openRails, withMigration } from './rails-home.ts'
import { casesOf } from './two-apps-home.ts'

const BRANCH = 'feature/articles'
const SETTINGS = 'k8s/overlays/preview/kustomization.yaml'

const PUSHED = withMigration(
  changed(EXAMPLE, SETTINGS, 'Articles, a preview', 'News, a preview'),
  '20260601090000_add_author_to_articles',
  'ALTER TABLE articles ADD COLUMN author VARCHAR(80);\n',
)
const BROKEN = withMigration(
  changed(PUSHED, SETTINGS, 'News, a preview', 'Tomorrow, a preview'),
  '20260701090000_add_slug_to_articles',
  'ALTER TABLE artikels ADD COLUMN slug VARCHAR(80);\n',
)
const FIXED = withMigration(
  BROKEN,
  '20260701090000_add_slug_to_articles',
  'ALTER TABLE articles ADD COLUMN slug VARCHAR(80);\n',
)

type Timed = { metadata: { name: string; creationTimestamp: string }; status: { completionTime?: string } }

let home: Awaited<ReturnType<typeof openRails>>
beforeAll(async () => {
  home = await openRails()
})
afterAll(() => home.end())

describe('examples/rails', () => {
  const { short } = environmentAt(BRANCH)
  let number: number
  let sha: string
  let before: string[]
  let url: string

  const namespace = () => `${home.namespace}-${short}`
  const list = async <T = Timed>(...what: string[]): Promise<T[]> =>
    JSON.parse(await kubectl(['get', ...what, '-n', namespace(), '-o', 'json'])).items
  const names = async (kind: string) => (await list(kind)).map(({ metadata }) => metadata.name).sort()
  const changesOf = ({ outputs }: RunResult): Record<string, string> =>
    Object.fromEntries(
      (JSON.parse(outputs.result ?? '').changes as { subject: string; action: string }[]).map(({ subject, action }) => [
        subject.replace(`/${namespace()}/`, '/').replace(/(?<=app-config|app-secret|preview.database)[-.].+$/, ''),
        action,
      ]),
    )
  const migrated = async () => {
    const [job] = await list('job')
    return Date.parse(job?.status.completionTime ?? '')
  }
  /** Without the pool, which comes with the first lease and stays. */
  const dump = async () => (await home.dump()).filter((line) => !line.startsWith('ConfigMap/eks-preview.pool.'))
  const push = async (files: Record<string, string>): Promise<RunResult> => {
    sha = home.push(number, files)
    await home.buildImages(files, sha)
    return home.step('synchronize', number, sha)
  }
  const page = async () => {
    const response = await fetch(url)
    return { status: response.status, commit: response.headers.get('x-commit'), text: await response.text() }
  }

  test('opened: a namespace of its own, the migration first, then both containers, at a port of the nodes', async () => {
    before = await dump()
    ;({ number, sha } = home.open(BRANCH, EXAMPLE))
    await home.buildImages(EXAMPLE, sha)
    const run = await home.step('opened', number, sha)
    expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live', database: DATABASE } })
    url = run.outputs.url ?? ''

    expect(changesOf(run)).toEqual({
      'ConfigMap/app-config': 'created',
      'Secret/app-secret': 'created',
      'Secret/eks-preview.database': 'created',
      'Service/app': 'created',
      'Job/app-migrator': 'created',
      'Deployment/app': 'created',
      'HorizontalPodAutoscaler/app': 'created',
      'Ingress/app': 'created',
    })
    const [deployment] = await list('deployment')
    expect(Date.parse(deployment?.metadata.creationTimestamp ?? '')).toBeGreaterThanOrEqual(await migrated())
    expect(await list('service')).toMatchObject([{ spec: { type: 'NodePort' } }])
    expect(await list('hpa')).toMatchObject([{ spec: { minReplicas: 1, maxReplicas: 2 } }])
    const web = await list<{ spec: { containers: { image: string }[] } }>('pod', '-lapp.kubernetes.io/component=web')
    expect(web).toMatchObject([{ status: { containerStatuses: [{ ready: true }, { ready: true }] } }])
    expect(web[0]?.spec.containers.map(({ image }) => image)).toEqual([
      `${REGISTRY}/app-rails:${sha}`,
      `${REGISTRY}/app-nginx:${sha}`,
    ])
    expect(casesOf(run)['app write']).toMatchObject({
      status: 'passed',
      message: expect.stringContaining(`the row was in articles of ${DATABASE}`),
    })
  })

  test('it answers through nginx, which serves the assets itself, and writes to the leased database', async () => {
    const { status, commit, text } = await page()
    expect({ status, commit }).toEqual({ status: 200, commit: sha })
    expect(text).toContain('<h1>Articles, a preview</h1>')
    const stylesheet = await fetch(new URL(/href="(?<path>\S+)"/.exec(text)?.groups?.path ?? '', url))
    expect(stylesheet.status).toBe(200)
    expect(stylesheet.headers.get('server')).toContain('nginx')
    // The app says its commit with everything that comes from it.
    expect(stylesheet.headers.has('x-commit')).toBe(false)
    expect(await stylesheet.text()).toBe(EXAMPLE['app/assets/application.css'])

    const token = /name="authenticity_token" value="(?<token>\w+)"/.exec(text)?.groups?.token ?? ''
    const form = new URLSearchParams({ authenticity_token: token, title: 'Hello' })
    expect((await fetch(`${url}/articles`, { method: 'POST', body: form, redirect: 'manual' })).status).toBe(303)
    expect(await home.rows("SELECT title FROM articles WHERE title = 'Hello'")).toHaveLength(1)
  })

  test('the same again: no object is written', async () => {
    const run = await home.step('synchronize', number, sha)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(new Set(Object.values(changesOf(run)))).toEqual(new Set(['unchanged']))
  })

  test('a push with a migration and another setting replaces the pods, and no request fails', async () => {
    const [config] = (await names('configmap')).filter((name) => name.startsWith('app-config-'))
    const answers: string[] = []
    const visitor = new AbortController()
    const visiting = (async () => {
      while (!visitor.signal.aborted) {
        const answer = page().then(({ status, commit }) => (status === 200 ? (commit ?? '') : String(status)), String)
        answers.push(await answer)
        await sleep(30)
      }
    })()
    const old = sha
    const run = await push(PUSHED)
    visitor.abort()
    await visiting
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', database: DATABASE } })
    expect(new Set(answers)).toEqual(new Set([old, sha]))
    expect((await page()).text).toContain('<h1>News, a preview</h1>')
    expect(await names('configmap')).not.toContain(config)
    const replicaSets = await list('replicaset')
    const newest = Math.max(...replicaSets.map(({ metadata }) => Date.parse(metadata.creationTimestamp)))
    expect(newest).toBeGreaterThanOrEqual(await migrated())
    expect(await home.rows('SELECT version FROM schema_migrations')).toHaveLength(2)
    expect(await home.rows("SELECT author FROM articles WHERE title = 'Hello'")).toHaveLength(1)
  })

  test('a push whose migration fails: the comment says why, and the version before serves on, as it was configured', async () => {
    const live = sha
    const configs = await names('configmap')
    const run = await push(BROKEN)
    expect(run).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
    const comment = home.comments(number)[0]?.body ?? ''
    expect(comment).toContain('<b>The migration failed</b>')
    expect(comment).toContain(`Job/${namespace()}/app-migrator`)
    expect(comment).toContain("artikels' doesn't exist")
    expect(comment).toContain('Correct it and push again')
    expect(await page()).toMatchObject({ status: 200, commit: live })
    expect((await page()).text).toContain('<h1>News, a preview</h1>')
    expect(await names('configmap')).toEqual(expect.arrayContaining(configs))
    expect(await list('deployment')).toMatchObject([{ metadata: { generation: 2 } }])
  })

  test('fixed: it goes out, and what the failed push left goes', async () => {
    const run = await push(FIXED)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', database: DATABASE } })
    expect(await page()).toMatchObject({ status: 200, commit: sha })
    expect((await page()).text).toContain('<h1>Tomorrow, a preview</h1>')
    expect(await home.rows('SELECT version FROM schema_migrations')).toHaveLength(3)
    expect((await names('configmap')).filter((name) => name.startsWith('app-config'))).toHaveLength(1)
  })

  test('closed: the namespace goes, the database is given back, and the zone is as before; and so it is when closed again', async () => {
    home.close(number)
    for (let time = 1; time <= 2; time += 1)
      expect(await home.step('closed', number, sha)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(await kubectl(['get', 'namespace', namespace(), '--ignore-not-found'])).toBe('')
    expect(await holders(home)).toEqual({ [DATABASE]: 'free' })
    expect(await home.records()).toEqual([])
    expect(await dump()).toEqual(before)
  })
})
