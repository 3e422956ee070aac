import { expect, test } from 'vitest'
import { openDatabaseHome, withDatabase } from './database-home.ts'
import { CONFIG } from './home.ts'

/** An app with two checks of its own: `path` is what one of them calls. */
const checking = (path: string) => ({
  ...withDatabase,
  [CONFIG]: `${withDatabase[CONFIG]}    checks:
      write: { path: /database, expect: { json: { engine: mysql } }, row: { table: migrated, where: { version: 7 } } }
      call: { path: ${path} }
`.replace('version INT)', 'version INT); INSERT INTO migrated VALUES (7)'),
})

test('what an app declares is asked; what failed before and what is new are told apart', async ({ onTestFinished }) => {
  const home = await openDatabaseHome('mysql', ['preview_11'])
  onTestFinished(() => home.end())
  const { number, sha } = home.open('feature/checked', checking('/break'))
  await home.build('app1', sha)
  const comment = () => home.comments(number)[0]?.body ?? ''

  const first = await home.on('opened', number)
  expect(first).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
  const { cases, counts } = JSON.parse(first.outputs.result ?? '').smoke.result
  expect(counts).toMatchObject({ passed: 3, failed: 1 })
  expect(cases).toContainEqual(
    expect.objectContaining({
      name: 'write',
      kind: 'write',
      status: 'passed',
      message: expect.stringContaining('row'),
    }),
  )
  expect(comment()).toContain('Deployed, but smoke 3/4 (call fails on app1)')
  expect(comment()).toContain('GET /break answered 500')

  // The same once more is no news.
  expect(await home.on('synchronize', number)).toMatchObject({ exit: 1 })
  expect(comment()).toContain('1 still failing since the last push')

  const next = home.push(number, checking('/healthz'))
  await home.build('app1', next)
  const fixed = await home.on('synchronize', number)
  expect(fixed).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(comment()).toContain('1 fixed since the last push')

  home.close(number)
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
})
