import { describe, expect, test } from 'vitest'
import { noDifference, type Rules, whyNot } from './rules.ts'

const lax: Rules = { optInLabel: undefined, drafts: 'deploy', bots: 'deploy' }
const plain = { number: 12, state: 'open', draft: false, isBot: false, labels: ['wip'] } as const
const asked = (pr: Partial<Parameters<typeof whyNot>[0]>, rules: Partial<Rules>) =>
  whyNot({ ...plain, labels: [...plain.labels], ...pr }, { ...lax, ...rules })

describe('who gets a preview', () => {
  test.each([
    [{}, {}],
    [{ draft: true, isBot: true }, {}],
    [{ draft: true }, { bots: 'skip' }],
    [{ isBot: true }, { drafts: 'skip' }],
    [{ labels: ['wip', 'preview'] }, { optInLabel: 'preview' }],
    [{ labels: ['Preview'] }, { optInLabel: 'preview' }],
  ] as const)('%j with %j', (pr, rules) => {
    expect(asked({ ...pr, labels: 'labels' in pr ? [...pr.labels] : [] }, rules)).toBeUndefined()
  })

  test.each([
    [{ state: 'closed' }, {}, '#12 is closed', 'reopen it'],
    [{ draft: true }, { drafts: 'skip' }, 'the pull request is a draft', 'ready for review'],
    [{ isBot: true }, { bots: 'skip' }, 'the pull request is a bot’s', 'bots: deploy'],
    [{}, { optInLabel: 'preview' }, 'the label preview is missing', 'add it'],
    [{ labels: ['preview-not'] }, { optInLabel: 'preview' }, 'the label preview is missing', 'add it'],
    [{ labels: ['preview'], draft: true }, { optInLabel: 'preview', drafts: 'skip' }, 'a draft', 'ready for review'],
  ] as const)('not %j with %j', (pr, rules, reason, hint) => {
    expect(asked({ ...pr, labels: 'labels' in pr ? [...pr.labels] : [] }, rules)).toEqual({
      reason: expect.stringContaining(reason),
      hint: expect.stringContaining(hint),
    })
  })
})

test.each([
  ['nothing said', undefined, {}, undefined],
  ['anything', 'anything', {}, undefined],
  ['to a draft, which has none', 'draft', { drafts: 'skip' }, undefined],
  ['to a draft, which has one', 'draft', {}, 'drafts have previews here'],
  ['the label', { label: 'Preview' }, { optInLabel: 'preview' }, undefined],
  ['another label', { label: 'wip' }, { optInLabel: 'preview' }, 'the label wip does not decide'],
  ['a label where none decides', { label: 'preview' }, {}, 'the label preview does not decide'],
] as const)('what makes a difference: %s', (_, changed, rules, reason) => {
  const told = noDifference(changed, { ...lax, ...rules })
  expect(told).toEqual(reason && { reason: expect.stringContaining(reason), hint: expect.stringMatching(/./) })
})
