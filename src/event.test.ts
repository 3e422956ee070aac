import { describe, expect, test } from 'vitest'
import { intentOf, type Mode } from './event.ts'

const repository = 'acme/shop'
const event = (
  action: string,
  more: { draft?: boolean; repo?: { full_name: string } | null } = {},
  name = 'pull_request',
) => ({
  name,
  repository,
  payload: {
    action,
    pull_request: {
      number: 12,
      draft: more.draft ?? false,
      head: { sha: 'abc', ref: 'feature/x', repo: more.repo === undefined ? { full_name: repository } : more.repo },
    },
  },
})

describe('pull_request', () => {
  test.each(['opened', 'synchronize', 'reopened', 'ready_for_review'])('%s deploys the head commit', (action) => {
    expect(intentOf(event(action), 'auto', '')).toEqual({ kind: 'deploy', target: { pullRequest: 12 }, sha: 'abc' })
  })
  test('closed removes, also a draft’s and what may have been ours', () => {
    const removed = { kind: 'teardown', target: { pullRequest: 12 }, force: false }
    expect(intentOf(event('closed'), 'auto', '')).toEqual(removed)
    expect(intentOf(event('closed', { repo: null, draft: true }), 'auto', '')).toEqual(removed)
  })
  test.each([
    ['an action that changes nothing', event('assigned')],
    ['a draft', event('opened', { draft: true })],
    ['a fork', event('opened', { repo: { full_name: 'stranger/shop' } })],
    ['a fork that is closed', event('closed', { repo: { full_name: 'stranger/shop' } })],
    ['a deleted fork', event('synchronize', { repo: null })],
    ['a fork on pull_request_target', event('opened', { repo: { full_name: 'stranger/shop' } }, 'pull_request_target')],
  ])('%s is an explained skip', (_, of) => {
    expect(intentOf(of, 'auto', '')).toMatchObject({
      kind: 'skip',
      reason: expect.any(String),
      hint: expect.any(String),
      pullRequest: 12,
    })
  })
  test('an empty payload is an error', () => {
    expect(() => intentOf({ name: 'pull_request', repository, payload: {} }, 'auto', '')).toThrow('does not describe')
  })
})

describe('workflow_dispatch', () => {
  const dispatch = (mode: Mode, target: string) =>
    intentOf({ name: 'workflow_dispatch', repository, payload: {} }, mode, target)
  test('takes a pull request or a branch', () => {
    expect(dispatch('deploy', '12')).toEqual({ kind: 'deploy', target: { pullRequest: 12 } })
    expect(dispatch('teardown', '#12')).toEqual({ kind: 'teardown', target: { pullRequest: 12 }, force: true })
    expect(dispatch('teardown', 'feature/x')).toEqual({
      kind: 'teardown',
      target: { branch: 'feature/x' },
      force: true,
    })
  })
  test('or nothing, to see what there is', () => {
    expect(dispatch('list', '')).toEqual({ kind: 'list' })
    expect(intentOf({ name: 'schedule', repository, payload: {} }, 'list', '')).toEqual({ kind: 'list' })
  })
  test('must be told what to do, and to what', () => {
    expect(() => dispatch('auto', '12')).toThrow('must say what to do')
    expect(() => dispatch('deploy', '')).toThrow('needs a target')
  })
})

test.each(['push', 'merge_group', 'schedule', 'issue_comment'])('%s is an explained skip', (name) => {
  expect(intentOf({ name, repository, payload: {} }, 'auto', '')).toMatchObject({ kind: 'skip' })
})
