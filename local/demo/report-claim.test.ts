import { expect, test } from 'vitest'
import { renderReport } from '../../checks/report.ts'
import { smokeInput } from '../../checks/testing/sample.ts'
import { passed } from '../../test/smoke-example.ts'
import { reportClaim } from './report-claim.ts'

const [example] = passed.cases
const cases = ['answers', 'login'].map((name) => ({
  ...example,
  name,
  app: 'app1',
  kind: name,
  status: 'passed' as const,
  attempts: 1,
  ms: 5,
}))
const result = { ...passed, counts: { ...passed.counts, passed: 2 }, cases }
const page = renderReport({ input: smokeInput({}), execution: 'run', result })

test('every check has its row', () => {
  expect(reportClaim(page, cases)).not.toHaveProperty('found')
})

test.each([
  ['one is missing', page, [...cases, { ...cases[0], name: 'queue' }], 'no row for queue'],
  ['one row is not two', page, [...cases, cases[0]], 'no row for answers'],
  ['no report', undefined, cases, 'no report'],
  ['nothing was checked', page, [], 'no row for anything, as nothing was checked'],
])('%s', (_, text, all, found) => {
  expect(reportClaim(text, all as typeof cases).found).toBe(found)
})
