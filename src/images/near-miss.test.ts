import { describe, expect, test } from 'vitest'
import { type EcrImage, ecrImageOf } from './ecr-image.ts'
import { nearMiss, similarTo } from './near-miss.ts'

const COMMIT = 'abc1234'.padEnd(40, '0')
const MERGE = '9f1e8d7'.padEnd(40, '1')
const NOW = new Date('2026-11-27T12:00:00Z')
const of = { commit: COMMIT, mergeCommit: MERGE, now: NOW }
const app1 = ecrImageOf(`111122223333.dkr.ecr.eu-west-1.amazonaws.com/app1:${COMMIT}`) as EcrImage
const nothing = { similar: [], elsewhere: [] }
const minutesAgo = (minutes: number, ...tags: string[]) => ({ tags, at: new Date(NOW.getTime() - minutes * 60_000) })

describe('what is there in place of app1:abc1234', () => {
  test.each([
    ['the merge commit', MERGE],
    ['its short form', '9f1e8d7'],
    ['with a word in front', 'pr-5-9f1e8d7'],
  ])('the merge commit: %s', (_, tag) => {
    const { message, hint, isMistake } = nearMiss(app1, { ...nothing, pushed: [minutesAgo(1, 'main', tag)] }, of)
    expect(message).toBe(`app1:abc1234 is not there, but the tag ${tag} is: that is the merge commit (github.sha)`)
    expect(hint).toContain('github.event.pull_request.head.sha')
    expect(isMistake).toBe(tag === MERGE)
  })

  test.each(['abc1234', 'sha-abc1234', `pr-5-${COMMIT}`])('the head commit, written as %s', (tag) => {
    const { message, hint } = nearMiss(app1, { ...nothing, pushed: [minutesAgo(1, tag)] }, of)
    expect(message).toContain(`the tag ${tag} is: that is the head commit in another form`)
    expect(hint).toContain(`hand app1:${tag} over with the input images`)
  })

  test('another repository and another region', () => {
    const elsewhere = [
      { ...app1, repository: 'shop/app1' },
      { ...app1, region: 'us-east-1' },
    ]
    const { message } = nearMiss(app1, { similar: ['shop/app1'], elsewhere }, of)
    expect(message).toContain('not in the repository app1 (111122223333, eu-west-1)')
    expect(message).toContain('but in shop/app1 (111122223333, eu-west-1), app1 (111122223333, us-east-1)')
  })

  test('no such repository, but one of nearly that name', () => {
    const { message, hint } = nearMiss(app1, { ...nothing, similar: ['app-1'] }, of)
    expect(message).toBe('there is no repository app1 in 111122223333, eu-west-1; there is app-1')
    expect(hint).toContain('.github/preview.yaml')
  })

  test('the newest images, each with its age', () => {
    const pushed = [
      minutesAgo(60 * 24 * 30, 'old'),
      minutesAgo(60 * 30, 'main'),
      minutesAgo(2, '7777777', 'pr-4'),
      minutesAgo(60 * 72, 'v1'),
    ]
    expect(nearMiss(app1, { ...nothing, pushed }, of).message).toBe(
      'app1:abc1234 is not there; the last pushed are 7777777, pr-4 (2 min ago); main (30 h ago); v1 (3 days ago)',
    )
  })

  test('an empty repository', () => {
    expect(nearMiss(app1, { ...nothing, pushed: [] }, of).message).toContain('the repository has no tagged image')
  })

  test('without a merge commit, its tag is one of the others', () => {
    const byHand = { ...of, mergeCommit: undefined }
    expect(nearMiss(app1, { ...nothing, pushed: [minutesAgo(1, MERGE)] }, byHand).message).toContain('last pushed')
  })
})

test.each([
  ['app1', ['shop/app1', 'web'], ['shop/app1']],
  ['app1', ['app-1', 'app1', 'aap1'], ['app-1', 'aap1']],
  ['shop/web', ['other/web', 'shop/wbe', 'shop/worker'], ['other/web']],
  ['app1', ['database', 'queue'], []],
  ['app1', ['app2', 'shop/app11'], []],
])('%s could be meant among %j', (repository, others, expected) => {
  expect(similarTo(repository, others)).toEqual(expected)
})
