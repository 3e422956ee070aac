import { expect, test } from 'vitest'
import {
  databaseUrls,
  dumpAtRest,
  type Engine,
  holders,
  letsIn,
  openDatabaseHome,
  visit,
  withDatabase,
} from './database-home.ts'

/** One test an engine, so that both run side by side: what a preview does with its database, from open to close. */
test.concurrent.for<[Engine, string, string]>([
  ['mysql', 'preview_05', 'preview_06'],
  ['postgres', 'preview_03', 'preview_04'],
])('a preview with a database of its own: %s', async ([engine, name, other], { onTestFinished }) => {
  const branch = `feature/🍣-${engine}`
  const home = await openDatabaseHome(engine, [name, other])
  onTestFinished(() => home.end())
  const { number, sha } = home.open(branch, { ...withDatabase, 'README.md': branch })
  await home.build('app1', sha)
  const urlNow = async (): Promise<string> => {
    const [only, ...more] = Object.values(await databaseUrls(home))
    expect(more).toEqual([])
    return only ?? ''
  }

  // Opened: the app is in the database that the pull request was told.
  const opened = await home.on('opened', number)
  expect(opened).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live', database: name } })
  const { url = '' } = opened.outputs
  expect(await visit(url)).toEqual({ engine, name, user: name, visits: 1 })
  expect(home.comments(number)[0]?.body).toContain(`Database \`${name}\``)
  expect(home.slack.messages()[0]?.readable).toContain(`Database: ${name}`)
  expect(await holders(home)).toEqual({ [name]: branch, [other]: 'free' })
  const first = await urlNow()
  expect(opened.log).not.toContain(new URL(first).password)

  // The same again: nothing is written but the record, and nothing is prepared.
  // All previews share a load balancer: its rules are numbered anew when another comes or goes.
  const isWritten = (line: string) =>
    (!line.startsWith('ConfigMap/eks-preview.') || line.includes('.pool.')) && !line.includes('"RuleArn"')
  const before = (await dumpAtRest(home)).filter(isWritten)
  const same = await home.on('synchronize', number)
  expect(same).toMatchObject({ exit: 0, outputs: { status: 'live', database: name } })
  expect(same.log).not.toContain('preparing')
  expect((await home.dump()).filter(isWritten)).toEqual(before)

  // A push keeps the database and what is in it.
  const next = home.push(number, { ...withDatabase, 'README.md': `${branch} changed` })
  await home.build('app1', next)
  expect(await home.on('synchronize', number)).toMatchObject({ exit: 0, outputs: { database: name } })
  expect(await visit(url)).toMatchObject({ name, visits: 2 })
  expect(await urlNow()).toBe(first)

  // A reset by hand throws its content away, and whoever knew the password is out.
  expect(await letsIn(first)).toBe(true)
  const reset = await home.dispatch({ mode: 'deploy', target: String(number), 'reset-database': 'true' })
  expect(reset).toMatchObject({ exit: 0, outputs: { status: 'live', database: name } })
  expect(await visit(url)).toMatchObject({ name, visits: 1 })
  const last = await urlNow()
  expect([await letsIn(first), await letsIn(last)]).toEqual([false, true])

  // The list says who has what.
  const listing = await home.dispatch({ mode: 'list' })
  expect(listing).toMatchObject({ exit: 0, outputs: { status: 'listed' } })
  const { environments, databases } = JSON.parse(listing.outputs.result ?? '').list
  expect(environments).toMatchObject([{ branch, database: name, phase: 'Live' }])
  expect(databases).toEqual([
    expect.stringContaining(`${name} belongs to acme/shop#${number} (${branch})`),
    `${other} is free`,
  ])
  expect(listing.summary).toContain(`${other.replace('_', '&#95;')} is free`)

  // Closed: the database is given back last, clean and locked.
  home.close(number)
  const closed = await home.on('closed', number)
  expect(closed).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  const { receipt, steps } = JSON.parse(closed.outputs.result ?? '')
  expect(receipt).toContainEqual({ subject: `Database ${name}`, gone: true })
  const ends = (steps as { step: string }[]).map(({ step }) => step).slice(-2)
  expect(ends).toEqual(['Release the database', 'Remove the record'])
  expect(await holders(home)).toEqual({ [name]: 'free', [other]: 'free' })
  expect([await letsIn(first), await letsIn(last)]).toEqual([false, false])

  // Closed again: nothing is left to do.
  const after = await dumpAtRest(home)
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await home.dump()).toEqual(after)
})
