import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  databaseUrls,
  type Engine,
  holders,
  letsIn,
  openDatabaseHome,
  poolOf,
  visit,
  withDatabase,
} from './database-home.ts'
import type { Home } from './home.ts'

describe.each<Engine>(['mysql', 'postgres'])('a preview with a database of its own: %s', (engine) => {
  const branch = `feature/🍣-${engine}`
  let home: Home
  let number: number
  let url: string
  /** How the first lease, and the last, get in. */
  const urls: string[] = []
  beforeAll(async () => {
    home = await openDatabaseHome(engine, ['preview_01', 'preview_02'])
    const { number: opened, sha } = home.open(branch, withDatabase)
    number = opened
    await home.build('app1', sha)
  })
  afterAll(() => home.end())

  const urlNow = async (): Promise<string> => {
    const [only, ...more] = Object.values(await databaseUrls(home))
    expect(more).toEqual([])
    return only ?? ''
  }

  test('opened: the app is in the database that the pull request was told', async () => {
    const run = await home.on('opened', number)
    expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live', database: 'preview_01' } })
    url = run.outputs.url ?? ''
    expect(await visit(url)).toEqual({ engine, name: 'preview_01', user: 'preview_01', visits: 1 })
    expect(home.comments(number)[0]?.body).toContain('Database `preview_01`')
    expect(home.slack.messages()[0]?.readable).toContain('Database: preview_01')
    expect(await holders(home)).toEqual({ preview_01: branch, preview_02: 'free' })
    urls.push(await urlNow())
    expect(run.log).not.toContain(new URL(urls[0] ?? '').password)
  })

  test('the same again: nothing is written but the record, and nothing is prepared', async () => {
    const rest = (lines: string[]) =>
      lines.filter((line) => !line.startsWith('ConfigMap/eks-preview.') || line.includes('.pool.'))
    const before = rest(await home.dump())
    const run = await home.on('synchronize', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', database: 'preview_01' } })
    expect(run.log).not.toContain('preparing')
    expect(rest(await home.dump())).toEqual(before)
  })

  test('a push keeps the database and what is in it', async () => {
    const next = home.push(number, { ...withDatabase, 'README.md': 'changed' })
    await home.build('app1', next)
    expect(await home.on('synchronize', number)).toMatchObject({ exit: 0, outputs: { database: 'preview_01' } })
    expect(await visit(url)).toMatchObject({ name: 'preview_01', visits: 2 })
    expect(await urlNow()).toBe(urls[0])
  })

  test('a reset by hand throws its content away, and whoever knew the password is out', async () => {
    expect(await letsIn(urls[0] ?? '')).toBe(true)
    const run = await home.dispatch({ mode: 'deploy', target: String(number), 'reset-database': 'true' })
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', database: 'preview_01' } })
    expect(await visit(url)).toMatchObject({ name: 'preview_01', visits: 1 })
    urls.push(await urlNow())
    expect(await Promise.all(urls.map(letsIn))).toEqual([false, true])
  })

  test('the list says who has what', async () => {
    const run = await home.dispatch({ mode: 'list' })
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'listed' } })
    const { environments, databases } = JSON.parse(run.outputs.result ?? '').list
    expect(environments).toMatchObject([{ branch, database: 'preview_01', phase: 'Live' }])
    expect(databases).toEqual([
      expect.stringMatching(new RegExp(`^preview_01 belongs to acme/shop#${number} `)),
      'preview_02 is free',
    ])
    expect(run.summary).toContain('preview&#95;02 is free')
  })

  test('closed: the database is given back last, clean and locked', async () => {
    home.close(number)
    const run = await home.on('closed', number)
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    const { receipt, steps } = JSON.parse(run.outputs.result ?? '')
    expect(receipt).toContainEqual({ subject: 'Database preview_01', gone: true })
    expect((steps as { step: string }[]).map(({ step }) => step).slice(-2)).toEqual([
      'Release the database',
      'Remove the record',
    ])
    expect(await holders(home)).toEqual({ preview_01: 'free', preview_02: 'free' })
    expect(await Promise.all(urls.map(letsIn))).toEqual([false, false])
    expect(Object.values((await poolOf(home)).slots)[0]).toEqual({ state: 'free', generation: expect.any(Number) })
  })

  test('closed again: nothing is left to do', async () => {
    const before = await home.dump()
    expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(await home.dump()).toEqual(before)
  })
})
