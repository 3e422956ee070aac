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

test('everything at once, and for long: the deploy and the removal are green, in time', async () => {
  const { github, slack } = home
  const limited = {
    status: 403,
    headers: { 'retry-after': '900' },
    body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
  }
  const used = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1_000) + 3_000) }
  github.faults({ method: 'POST', path: /\/comments$/, times: 99 }, limited)
  github.faults({ method: 'PATCH', path: /\/comments/, times: 99 }, limited)
  github.faults({ method: 'POST', path: /\/deployments$/ }, { status: 409, body: { message: 'Conflict' } })
  github.faults(
    { path: /\/deployments/, times: 99 },
    { status: 429, headers: used, body: { message: 'API rate limit' } },
  )
  slack.faults({}, { hang: true })
  slack.faults({}, { status: 500, body: 'down' })
  slack.faults({}, { status: 429, headers: { 'retry-after': '600' }, body: 'rate_limited' })
  slack.faults({ times: 99 }, { status: 307, headers: { location: 'https://evil.test/' } })
  const env = { GITHUB_STEP_SUMMARY: '/nowhere/summary' }
  const { number, run } = await live('tell/nobody-<!channel>-@org/team', { env })
  const told = warningsOf(run).join('\n')
  for (const what of [`the comment on #${number}`, 'the GitHub deployment', 'the Slack message', 'the job summary'])
    expect(told).toContain(`${what} could not be written`)
  expect(run.ms).toBeLessThan(120_000)
  expect(run.summary).toBe('')
  expect(home.comments(number)).toEqual([])

  home.close(number)
  const removal = await home.on('closed', number, { env })
  expect(removal).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'removed' } })
  expect(warningsOf(removal).join('\n')).toContain('a redirect, which is not followed')
  expect(slack.violations()).toEqual([])
})
