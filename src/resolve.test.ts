import { describe, expect, test } from 'vitest'
import type { PullRequest } from './github/pull-request.ts'
import type { DeployPlan } from './plan.ts'
import { askAgain, insteadFor } from './resolve.ts'
import type { Rules } from './rules.ts'

const repository = 'acme/shop'
const rules: Rules = { optInLabel: 'preview', drafts: 'skip', bots: 'deploy' }
const pr = (more: Partial<PullRequest> = {}): PullRequest => ({
  number: 12,
  state: 'open',
  closedAt: undefined,
  draft: false,
  title: 'Log in',
  url: 'https://github.com/acme/shop/pull/12',
  author: 'ada',
  isBot: false,
  labels: ['preview'],
  head: { branch: 'feature/x', sha: 'abc', repository },
  base: { branch: 'main' },
  ...more,
})
const target = { pullRequest: 12 }
const deploy = { kind: 'deploy', target, sha: 'abc' } as const

describe('the event again, by what the pull request is now', () => {
  const missing = { reason: 'the label preview is missing', hint: 'add it to get a preview' }
  const remove = { kind: 'teardown', target, force: false }

  test.each([
    ['a push', deploy],
    ['its label', { ...deploy, changed: { label: 'preview' } }],
    ['a draft that is none any more', { ...deploy, changed: 'draft' }],
    ['by hand', { kind: 'deploy', target: { branch: 'feature/x' } }],
    ['an empty event', { kind: 'deploy', target, changed: 'anything' }],
  ] as const)('deploys: %s', (_, intent) => {
    expect(insteadFor(intent, pr(), rules, repository)).toBeUndefined()
  })

  test.each([
    ['a push', deploy],
    ['its label', { ...deploy, changed: { label: 'preview' } }],
    ['by hand', { kind: 'deploy', target: { branch: 'feature/x' } }],
  ] as const)('removes what may be there where the rules do not hold: %s', (_, intent) => {
    expect(insteadFor(intent, pr({ labels: [] }), rules, repository)).toEqual({ ...remove, why: missing })
  })

  test('leaves alone what another label does not change, whatever the pull request is now', () => {
    const intent = { ...deploy, changed: { label: 'wip' } }
    expect(insteadFor(intent, pr({ labels: [] }), rules, repository)).toMatchObject({ kind: 'skip', pullRequest: 12 })
  })

  test('leaves a closed one to its closing, unless the event may have been that', () => {
    const closed = pr({ state: 'closed' })
    expect(() => insteadFor(deploy, closed, rules, repository)).toThrow('#12 is closed')
    const why = { reason: '#12 is closed', hint: 'reopen it to get a preview' }
    const empty = { kind: 'deploy', target, changed: 'anything' } as const
    expect(insteadFor(empty, closed, rules, repository)).toEqual({ ...remove, why })
  })

  test.each(['stranger/shop', undefined])('never has to do with a fork, here %s', (fork) => {
    for (const state of ['open', 'closed'] as const)
      for (const labels of [[], ['preview']]) {
        const foreign = pr({ state, labels, head: { branch: 'feature/x', sha: 'abc', repository: fork } })
        expect(insteadFor(deploy, foreign, rules, repository)).toMatchObject({ kind: 'skip' })
      }
  })
})

describe('asked again, with the environment claimed', () => {
  const sibling = (more: Partial<PullRequest> = {}) => pr({ number: 13, ...more })
  const plan = {
    pullRequest: { number: 12 },
    environment: { owner: { branch: 'feature/x' } },
    commit: 'abc',
    settings: { rules },
  } as DeployPlan
  const ask = (own: PullRequest | undefined, ...others: PullRequest[]) =>
    askAgain(plan, {
      get: async () => own,
      openFor: async () => [...others, ...(own?.state === 'open' ? [own] : [])],
      headOf: async () => undefined,
    })
  const moved = { branch: 'feature/x', sha: 'def', repository }

  test.each([
    ['as it was', pr(), [], { at: 'this commit' }],
    ['pushed to', pr({ head: moved }), [], { at: 'another commit', pr: pr({ head: moved }) }],
    ['closed', pr({ state: 'closed' }), [], { at: 'none', why: { reason: '#12 is closed' } }],
    ['without its label', pr({ labels: [] }), [], { at: 'none', why: { reason: 'the label preview is missing' } }],
    ['not there any more', undefined, [], { at: 'none' }],
    ['closed, another has the branch', pr({ state: 'closed' }), [sibling()], { at: 'this commit' }],
    ['a draft, another has the branch', pr({ draft: true }), [sibling()], { at: 'this commit' }],
    ['closed, and another may have none', pr({ state: 'closed' }), [sibling({ draft: true })], { at: 'none' }],
    ['closed, another has moved on', pr({ state: 'closed' }), [sibling({ head: moved })], { at: 'another commit' }],
  ])('%s', async (_, own, others, expected) => {
    expect(await ask(own, ...others)).toMatchObject(expected)
  })
})
