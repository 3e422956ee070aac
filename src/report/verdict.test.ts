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
