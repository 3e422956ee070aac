import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StepOptions } from '../../local/scene.ts'
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
  const quiet = async (number: number, action: string, why: string, options: StepOptions = {}) => {
    const requests = home.github.requests().length
    const run = await gaveWay(home, { status: 'skipped', why }, () => home.on(action, number, options))
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
    const { summary } = await quiet(number, action, 'forks get no preview', { inputs: none })
    expect(summary).toContain('push the branch to this repository to get one')
  })

  test('a run of Dependabot’s that cannot show AWS who it is', async () => {
    const env = { GITHUB_ACTOR: 'dependabot[bot]', ACTIONS_ID_TOKEN_REQUEST_URL: '' }
    const { number } = open()
    const { summary } = await quiet(number, 'opened', 'a run that Dependabot started has no rights', { env })
    expect(summary).toContain(`with mode deploy and target ${number}`)
  })

  test('an action that changes no preview', async () => {
    await quiet(open().number, 'assigned', 'the action assigned does not change a preview')
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
