import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { files, type Home, openHome } from './home.ts'
import { gaveWay } from './refusal.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

let branches = 0
const open = () => home.open(`skip/${branches++}`, files)

describe('not for us: told by the event alone', () => {
  const quiet = async (number: number, action: string, why: string, inputs: Record<string, string> = {}) => {
    const requests = home.github.requests().length
    const run = await gaveWay(home, { status: 'skipped', why }, () => home.on(action, number, { inputs }))
    expect(home.github.requests()).toHaveLength(requests)
    expect(home.comments(number)).toEqual([])
    return run
  }

  test.each(['opened', 'closed'])('a fork that is %s, whose run has no secrets and no variables', async (action) => {
    const fork = `fork-${action}/shop`
    home.github.addRepository({ fullName: fork, forkOf: 'acme/shop' })
    home.github.push(fork, 'feature', files)
    const number = home.github.openPullRequest('acme/shop', { head: 'feature', from: fork })
    const none = { cluster: '', region: '', 'role-to-assume': '', 'slack-webhook-url': '', 'slack-channel': 'C1' }
    const { summary } = await quiet(number, action, 'forks get no preview', none)
    expect(summary).toContain('push the branch to this repository to get one')
  })

  test('a draft', async () => {
    home.github.push('acme/shop', 'skip/draft', files)
    const number = home.github.openPullRequest('acme/shop', { head: 'skip/draft', draft: true })
    const { summary } = await quiet(number, 'opened', 'the pull request is a draft')
    expect(summary).toContain('mark it as ready for review')
  })

  test('an action that changes no preview', async () => {
    await quiet(open().number, 'labeled', 'the action labeled does not change a preview')
  })
})

describe('too late: asked of GitHub', () => {
  test('a pull request that was closed meanwhile', async () => {
    const { number } = open()
    const action = () => home.on('opened', number)
    home.close(number)
    await gaveWay(home, { status: 'superseded', why: `#${number} is closed` }, action)
    expect(home.comments(number)).toEqual([])
  })

  test('a head that moved on', async () => {
    const { number, sha } = open()
    const event = home.github.pullRequestEvent('acme/shop', number, 'opened')
    const newer = home.push(number, { ...files, 'README.md': 'newer' })
    expect(newer).not.toBe(sha)
    const why = `#${number} has moved on to ${newer.slice(0, 7)}`
    await gaveWay(home, { status: 'superseded', why }, () => home.replay(number, event))
    expect(home.comments(number)).toEqual([])
  })
})
