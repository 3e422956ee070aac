import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunResult } from '../../local/runner/run-action.ts'
import { files, type Home, openHome } from './home.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

const live = async (branch: string, options: Parameters<Home['on']>[2] = {}) => {
  const { number, sha } = home.open(branch, files)
  await home.build('app1', sha)
  const run = await home.on('opened', number, options)
  expect(run).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
  return { number, run }
}
const warningsOf = (run: RunResult) =>
  run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)

test('a token that may only read: the deploy is green, Slack and the summary have all', async () => {
  const token = home.github.installationToken('acme/shop', { contents: 'read', 'pull-requests': 'read' })
  const { number, run } = await live('tell/read-only', { token })
  expect(home.comments(number)).toEqual([])
  const [warning, ...more] = warningsOf(run)
  expect(warning).toContain(`the comment on #${number} could not be written`)
  expect(warning).toContain('pull-requests: write')
  expect(more).toEqual([])
  expect(run.summary).toContain(run.outputs.url)
  expect(run.summary).toContain('Preview is live')
  expect(home.slack.messages()).toHaveLength(1)
})

test('comments that cannot even be read: Slack hears all the same', async () => {
  // Once for each of the two comments a run writes.
  home.github.faults({ path: '/graphql', times: 2 }, { status: 403, body: { message: 'Forbidden' } })
  const before = home.slack.messages().length
  const { number, run } = await live('tell/unread')
  expect(home.comments(number)).toEqual([])
  expect(warningsOf(run)).toEqual([expect.stringContaining(`the comment on #${number} could not be written`)])
  expect(home.slack.messages()).toHaveLength(before + 1)
})

test('Slack down: the deploy is green, and the comment is there', async () => {
  home.slack.faults({ times: 100 }, { status: 503, body: 'down' })
  const { number, run } = await live('tell/slack')
  expect(warningsOf(run)).toEqual([expect.stringContaining('the Slack message could not be written')])
  expect(home.comments(number)[0]?.body).toContain('✅ **Preview is live**')
})
