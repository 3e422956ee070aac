import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import type { Report } from './report.ts'
import { verdictText } from './verdict.ts'

test('a preview that went from an open pull request says why, and how to get one again', () => {
  const why = { reason: 'the label preview is missing', hint: 'add it to get a preview' }
  const removed: Report = {
    ...samples.removed,
    intent: { kind: 'teardown', target: { pullRequest: 12 }, force: false, why },
  }
  expect(verdictText(removed)).toMatch(
    /^🧹 Removed, .* verified · the label preview is missing: add it to get a preview · /,
  )
  expect(verdictText(samples.removed)).not.toContain('add it')
})

test('a commit that serves already is deployed again', () => {
  expect(verdictText({ ...samples.firstDeploy, apps: samples.liveWithoutExtras.apps })).toBe(
    '🟡 Deploying def5678 again',
  )
  expect(verdictText(samples.firstDeploy)).toBe('🟡 Deploying def5678')
})
