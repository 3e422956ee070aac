import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitHub, startGitHub } from './server.ts'

const REPO = 'acme/shop'

let github: GitHub
let first: string
beforeEach(async () => {
  github = await startGitHub({ port: 0 })
  github.addRepository({ fullName: REPO, defaultBranch: 'trunk' })
  first = github.push(REPO, 'feature/🍣', { a: '1' })
  github.openPullRequest(REPO, { head: 'feature/🍣', author: 'ada', labels: ['preview'] })
})
afterEach(() => github.close())

test.each(['opened', 'closed', 'reopened', 'ready_for_review', 'converted_to_draft', 'edited'])(
  '%s has our values in the recorded shape',
  (action) => {
    const event = github.pullRequestEvent(REPO, 1, action)
    expect(event).toMatchObject({
      action,
      number: 1,
      pull_request: {
        number: 1,
        state: 'open',
        draft: false,
        user: { login: 'ada' },
        labels: [{ name: 'preview' }],
        head: { ref: 'feature/🍣', sha: first, repo: { full_name: REPO } },
        base: { ref: 'trunk', repo: { full_name: REPO } },
      },
      repository: { full_name: REPO, default_branch: 'trunk', owner: { login: 'acme' } },
      sender: { login: 'ada' },
    })
    expect(JSON.stringify(event)).not.toContain('Codertocat')
  },
)

test('synchronize tells both heads', () => {
  const second = github.pushToPullRequest(REPO, 1, { a: '2' })
  expect(github.pullRequestEvent(REPO, 1, 'synchronize')).toMatchObject({
    before: first,
    after: second,
    pull_request: { head: { sha: second } },
  })
})

test('closed by a merge', () => {
  github.closePullRequest(REPO, 1, { merged: true })
  const event = github.pullRequestEvent(REPO, 1, 'closed', { sender: 'grace' })
  expect(event).toMatchObject({ pull_request: { state: 'closed', merged: true }, sender: { login: 'grace' } })
})

test('labeled names the label, edited the changes', () => {
  expect(github.pullRequestEvent(REPO, 1, 'labeled', { label: 'preview' })).toMatchObject({
    label: { name: 'preview' },
  })
  const changes = { base: { ref: { from: 'main' } } }
  expect(github.pullRequestEvent(REPO, 1, 'edited', { changes })).toMatchObject({ changes })
})

test('a dispatch has its inputs and the default branch', () => {
  expect(github.dispatchEvent(REPO, { mode: 'teardown', target: '1' })).toMatchObject({
    inputs: { mode: 'teardown', target: '1' },
    ref: 'refs/heads/trunk',
    repository: { full_name: REPO },
  })
})

test('what nobody made has no event', () => {
  expect(() => github.pullRequestEvent(REPO, 9, 'opened')).toThrow('acme/shop has no pull request #9')
  expect(() => github.pullRequestEvent('acme/none', 1, 'opened')).toThrow(
    'the local GitHub has no repository acme/none',
  )
  expect(() => github.openPullRequest(REPO, { head: 'nothing' })).toThrow(
    'no branch nothing has been pushed to acme/shop',
  )
})
