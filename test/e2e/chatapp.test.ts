import { Client } from 'pg'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { launchChromium } from '../../local/install/chromium.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { type ChatHome, chatFiles, openChatHome } from './chatapp-home.ts'
import { databaseUrls } from './database-home.ts'

const DATABASE = 'preview_09'

/** One pull request, from test to test: each stands on what the one before left. */
describe('examples/chatapp', () => {
  let home: ChatHome
  let browser: Browser
  let aoi: Page
  let number: number
  let before: string[]
  let url: string
  let served: string

  beforeAll(async () => {
    ;[home, browser] = await Promise.all([openChatHome(DATABASE), launchChromium()])
    before = await home.dump()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await home.end()
  })

  const push = async (files: Record<string, string>): Promise<string> => {
    const commit = home.push(number, files)
    await home.publish(commit)
    return commit
  }
  const commitAt = async (): Promise<string | null> => (await fetch(`${url}/healthz`)).headers.get('x-commit')

  test('opened: it waits for both databases, has its image by the pull secret, and answers through Istio', async () => {
    const opened = home.open('feature/chat', await chatFiles())
    number = opened.number
    await home.publish(opened.sha)
    const run = await home.on('opened', number)
    expect(run, run.log).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
    expect(actionsOf(run)).toEqual(['created'])
    url = run.outputs.url ?? ''
    served = opened.sha
    expect(await commitAt()).toBe(served)
    expect(casesOf(run)).toMatchObject({ 'chat login': 'passed', 'chat write': 'passed' })
    // Only the page has a URL, and no Ingress leads to it.
    expect(Object.keys(JSON.parse(run.outputs.urls ?? ''))).toEqual(['chat'])
    expect(await names(home, 'ingresses')).toEqual([])
    expect(await names(home, 'virtualservices')).toHaveLength(1)
    const waited = await kubectl(['logs', '-n', home.namespace, '-l', 'app.kubernetes.io/name=chat', '-c', 'wait-for'])
    expect(waited).toMatch(/^redis-\w+:6379 answers\npostgres-\w+:5432 answers\n$/)
  })

  test('what one browser writes another sees', async () => {
    // Each has cookies of its own. The first stays open until the end, as people's do.
    const [first, ren] = await Promise.all([pageOf(browser, url), pageOf(browser, url)])
    aoi = first
    await Promise.all([logIn(aoi, 'aoi'), logIn(ren, 'ren')])
    await say(aoi, 'Is anybody there?')
    await saw(ren, 'aoi', 'Is anybody there?')
    await say(ren, 'I am. 日本 <b>too</b>')
    await saw(aoi, 'ren', 'I am. 日本 <b>too</b>')
    await aoi.getByRole('button', { name: '# lunch' }).click()
    await saw(aoi, 'ren', 'Curry at noon?')
    await ren.context().close()
  })

  test('the same event again changes nothing', async () => {
    const isRecord = (line: string) => line.startsWith('ConfigMap/eks-preview.')
    const at = (await home.dump()).filter((line) => !isRecord(line))
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(actionsOf(run)).toEqual(['unchanged'])
    expect((await home.dump()).filter((line) => !isRecord(line))).toEqual(at)
  })

  test('a push replaces the page alone: people stay logged in, and their messages are there', async () => {
    const databases = await podsOf(home, 'redis', 'postgres')
    served = await push({ ...(await chatFiles()), 'README.md': 'pushed' })
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    expect(await commitAt()).toBe(served)
    expect(await podsOf(home, 'redis', 'postgres')).toEqual(databases)
    await aoi.reload()
    await aoi.getByText(`commit ${served.slice(0, 7)}`).waitFor()
    await saw(aoi, 'aoi', 'Is anybody there?')
  })

  test('with a wrong pull secret a push is denied its image, which is told; the version before goes on serving', async () => {
    await home.setPullSecret('another')
    await push({ ...(await chatFiles()), 'README.md': 'denied' })
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 1, leaks: [], outputs: { status: 'failed', url } })
    const error = run.annotations.find(({ level }) => level === 'error')
    expect(error?.title).toContain('No access to the image (chat)')
    expect(error?.message).toContain('imagePullSecrets')
    expect(home.comments(number)[0]?.body).toMatch(/^❌ \*\*Not deployed: no access to the image \(chat\)/)
    expect(await commitAt()).toBe(served)
    await say(aoi, 'Nobody noticed')
  })

  test('put right, and with one setting more, it keeps its messages in a database that is leased on a server outside', async () => {
    await home.setPullSecret()
    const files = await chatFiles(['apps:\n', 'database: {}\napps:\n'], ['[redis, postgres]', '[redis, database]'])
    served = await push(files)
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live', database: DATABASE } })
    expect(await commitAt()).toBe(served)
    // Every app is told of the database, so Redis was replaced too, and with it who was logged in.
    await aoi.reload()
    await logIn(aoi, 'aoi')
    await say(aoi, 'Kept outside')
    const [leased = ''] = Object.values(await databaseUrls(home))
    const client = new Client({ connectionString: leased })
    await client.connect()
    const { rows } = await client.query("SELECT author, text FROM messages WHERE channel = 'general' ORDER BY id")
    await client.end()
    expect(rows.at(-1)).toEqual({ author: 'aoi', text: 'Kept outside' })
    // It began anew: what was said before stands in the preview's own.
    expect(rows).not.toContainEqual({ author: 'aoi', text: 'Is anybody there?' })
  })

  test('closed, nothing is left', async () => {
    home.close(number)
    expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    const left = (await home.dump()).filter((line) => !line.startsWith('ConfigMap/eks-preview.pool.'))
    // The pull secret was changed by hand since.
    expect(left.map(withoutVersion)).toEqual(before.map(withoutVersion))
    expect(await names(home, 'virtualservices')).toEqual([])
    expect(await home.records()).toEqual([])
  })
})

const withoutVersion = (line: string): string => line.replace(/ \d+$/, '')

const pageOf = async (browser: Browser, url: string): Promise<Page> => {
  const page = await (await browser.newContext()).newPage()
  await page.goto(url)
  return page
}

const logIn = async (page: Page, name: string): Promise<void> => {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill('preview')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('The new chat is up. Say hello!').waitFor()
}

const say = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('Message to general').fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('listitem').getByText(text, { exact: true }).waitFor()
}

const saw = (page: Page, author: string, text: string): Promise<void> =>
  page.getByRole('listitem').filter({ hasText: author }).getByText(text, { exact: true }).waitFor()

const resultOf = ({ outputs }: RunResult) =>
  JSON.parse(outputs.result ?? '') as {
    changes: { action: string }[]
    smoke: { result: { cases: { app: string; name: string; status: string }[] } }
  }
const actionsOf = (run: RunResult): string[] => [...new Set(resultOf(run).changes.map(({ action }) => action))]
const casesOf = (run: RunResult): Record<string, string> =>
  Object.fromEntries(resultOf(run).smoke.result.cases.map(({ app, name, status }) => [`${app} ${name}`, status]))

const names = async ({ namespace }: ChatHome, kind: string): Promise<string[]> =>
  (await kubectl(['get', kind, '-n', namespace, '-o', 'name'])).split('\n').filter((name) => name !== '')

/** By their uid and how often their containers were started: equal while nobody touched them. */
const podsOf = async ({ namespace }: ChatHome, ...apps: string[]): Promise<string> => {
  const selector = `app.kubernetes.io/name in (${apps.join(',')})`
  const facts = '{range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{"\\n"}{end}'
  return await kubectl(['get', 'pods', '-n', namespace, '-l', selector, '-o', `jsonpath=${facts}`])
}
