import { randomUUID } from 'node:crypto'
import { describe, expect, type TestContext, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { until } from '../../local/stack/until.ts'
import {
  asAdmin,
  databaseUrls,
  holders,
  letsIn,
  openDatabaseHome,
  poolOf,
  visit,
  withDatabase,
} from './database-home.ts'
import { CONFIG } from './home.ts'

const POOL = ['configmap', 'eks-preview.pool.default']

/** Previews that lease these two databases; no other test has them, so tests run side by side. */
const openPool = async (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  names: readonly string[],
  more: Record<string, string> = {},
) => {
  const home = await openDatabaseHome('mysql', names, more)
  onTestFinished(() => home.end())
  const deploy = (number: number, inputs: Record<string, string> = {}): Promise<RunResult> =>
    home.on('opened', number, { inputs })
  return {
    home,
    deploy,
    opened: async (): Promise<{ number: number; branch: string }> => {
      const branch = `pool/${randomUUID()}`
      const { number, sha } = home.open(branch, { ...withDatabase, 'README.md': branch })
      await home.build('app1', sha)
      return { number, branch }
    },
    /** What its pull request says. */
    told: (number: number): string => home.comments(number)[0]?.body ?? '',
    /** The database of a preview that is live then. */
    live: async (number: number): Promise<string> => {
      const run = await deploy(number)
      expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
      return run.outputs.database ?? ''
    },
  }
}

describe.concurrent('three pull requests and two databases', () => {
  test('two win, the third waits in line, and gets the first that is given back', async (context) => {
    const { home, opened, deploy, told } = await openPool(context, ['preview_01', 'preview_02'])
    const all = [await opened(), await opened(), await opened()]
    const ended = new Map<number, RunResult>()
    const running = all.map(async ({ number }) => ended.set(number, await deploy(number)))
    await until('two to be live', 240, async () => ended.size === 2)
    const [late] = all.filter(({ number }) => !ended.has(number))
    const [first, second] = all.filter(({ number }) => ended.has(number))
    if (late === undefined || first === undefined || second === undefined) throw new Error('they do not add up')
    const names = [first, second].map(({ number }) => ended.get(number)?.outputs.database)
    expect(new Set(names)).toEqual(new Set(['preview_01', 'preview_02']))
    await until('the third to be told', 30, async () =>
      told(late.number).includes('Waiting for a database, 1st in line'),
    )

    home.close(first.number)
    expect(await home.on('closed', first.number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    await Promise.all(running)
    const run = ended.get(late.number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', database: names[0] } })
    expect(await visit(run?.outputs.url ?? '')).toMatchObject({ name: names[0], visits: 1 })
    expect(told(late.number)).toContain('Preview is live')
    expect(await holders(home)).toEqual({ [names[0] ?? '']: late.branch, [names[1] ?? '']: second.branch })
  })

  test('one that waits too long is told who has them, and leaves nothing but its record', async (context) => {
    const { home, opened, deploy, told, live } = await openPool(context, ['preview_03', 'preview_04'])
    const [one, other, late] = [await opened(), await opened(), await opened()]
    await Promise.all([live(one.number), live(other.number)])
    const run = await deploy(late.number, { 'database-timeout': '3s' })
    expect(run).toMatchObject({ exit: 1, outputs: { status: 'failed', database: '' } })
    const { failure, changes } = JSON.parse(run.outputs.result ?? '')
    expect(failure).toMatchObject({ code: 'PoolFull', step: 'Lease a database' })
    const messages = (failure.problems as { message: string }[]).map(({ message }) => message).join('\n')
    for (const { number, branch } of [one, other]) expect(messages).toContain(`acme/shop#${number} (${branch})`)
    expect(changes).toEqual([])
    expect(told(late.number)).toContain('All databases are taken')
    expect((await poolOf(home)).queue).toEqual([])
    home.close(late.number)
    expect(await home.on('closed', late.number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(Object.values(await holders(home)).sort()).toEqual([one.branch, other.branch].sort())
  })

  test('one whose pull request was closed and never removed makes room', async (context) => {
    const { home, opened, told, live } = await openPool(context, ['preview_05', 'preview_06'])
    const [gone, other, late] = [await opened(), await opened(), await opened()]
    const [name] = await Promise.all([live(gone.number), live(other.number)])
    const before = Object.values(await databaseUrls(home)).find((url) => url.includes(`/${name}`)) ?? ''
    // Its own run was killed, say: nobody else would ever remove it.
    home.close(gone.number, new Date(Date.now() - 3_600_000).toISOString())
    expect(await live(late.number)).toBe(name)
    expect(await holders(home)).toMatchObject({ [name]: late.branch })
    expect(told(gone.number)).toMatch(/🧹 \*\*Removed, (\d+) of \1 verified\*\*/)
    expect(await letsIn(before)).toBe(false)
  })
})

test.concurrent('a pool that was deleted by hand is made anew from what previews have', async (context) => {
  const { home, opened, deploy, live } = await openPool(context, ['preview_07', 'preview_08'])
  const one = await opened()
  const name = await live(one.number)
  const slot = (await poolOf(home)).slots[name]
  await kubectl(['delete', ...POOL, '-n', home.namespace])
  const other = await opened()
  expect(await live(other.number)).not.toBe(name)
  expect((await poolOf(home)).slots[name]).toMatchObject({ state: 'leased', generation: slot?.generation })
  await kubectl(['delete', ...POOL, '-n', home.namespace])
  home.close(one.number)
  expect(await home.on('closed', one.number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await holders(home)).toMatchObject({ [name]: 'free' })

  // And a lease that was: its preview gets another, and is told so.
  const { slots, ...rest } = await poolOf(home)
  const freed = Object.entries(slots).map(([name, { generation }]) => [name, { state: 'free', generation }])
  const pool = JSON.stringify({ ...rest, slots: Object.fromEntries(freed) })
  await kubectl(['patch', ...POOL, '-n', home.namespace, '--type=merge', '-p', JSON.stringify({ data: { pool } })])
  const again = await deploy(other.number)
  expect(again).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(again.log).toContain('the data is new')
  expect(Object.values(await holders(home)).sort()).toEqual(['free', other.branch])
})

test.concurrent('a database that cannot be cleaned is nobody’s; who needs it cleans it when that is possible again', async (context) => {
  const { home, opened, told, live } = await openPool(context, ['preview_09', 'preview_10'])
  const one = await opened()
  const name = await live(one.number)
  home.close(one.number)
  // No such state machine: what is to clean cannot be asked.
  const install = ['configmap', 'eks-preview.install', '-n', home.namespace]
  const { data } = JSON.parse(await kubectl(['get', ...install, '-o', 'json']))
  const prepare = data['database-prepare-arn'] as string
  const patch = (arn: string) =>
    kubectl(['patch', ...install, '--type=merge', '-p', JSON.stringify({ data: { 'database-prepare-arn': arn } })])
  await patch(`${prepare.slice(0, -'-prepare'.length)}-none-prepare`)
  const run = await home.on('closed', one.number)
  expect(run).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await holders(home)).toMatchObject({ [name]: 'dirty' })
  expect(told(one.number)).toContain('could not be cleaned')

  await patch(prepare)
  const [other, late] = [await opened(), await opened()]
  expect(await live(other.number)).not.toBe(name)
  expect(await live(late.number)).toBe(name)
})

test.concurrent('one set of credentials for all, as a Secret that is there', async (context) => {
  const { home, opened, deploy } = await openPool(context, ['preview_11', 'preview_12'], {
    'database-prepare-arn': '',
    'database-secret': 'database',
  })
  const everybody = { username: `everybody_${randomUUID().slice(0, 8)}`, password: randomUUID() }
  await asAdmin(
    home,
    `CREATE USER ${everybody.username} IDENTIFIED BY '${everybody.password}'`,
    `GRANT SELECT, INSERT, CREATE ON \`preview\\_11\`.* TO ${everybody.username}`,
  )
  const given = Object.entries(everybody).map(([key, value]) => `--from-literal=${key}=${value}`)
  const one = await opened()
  const missing = await deploy(one.number)
  expect(missing).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
  expect(missing.log).toContain(`Secret/${home.namespace}/database does not exist`)

  await kubectl(['create', 'secret', 'generic', 'database', '-n', home.namespace, ...given])
  const run = await deploy(one.number)
  expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live', database: 'preview_11' } })
  expect(await visit(run.outputs.url ?? '')).toMatchObject({ name: 'preview_11', user: everybody.username })
  expect(run.log).not.toContain(everybody.password)
  home.close(one.number)
  expect(await home.on('closed', one.number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await holders(home)).toEqual({ preview_11: 'free', preview_12: 'free' })
})

test.concurrent('an app that asks for a database where there is none is told so, and nothing is claimed', async (context) => {
  const none = ['engine', 'host', 'port', 'names', 'prepare-arn'].map((name) => [`database-${name}`, ''])
  const { opened, deploy } = await openPool(context, [], Object.fromEntries(none))
  const { number } = await opened()
  const run = await deploy(number)
  expect(run).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
  expect(run.log).toContain(`${CONFIG} asks for a database, and the install has none`)
})
