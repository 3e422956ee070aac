import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import type { Report } from './report.ts'
import { renderSummary } from './summary.ts'

test.each(Object.entries(samples))('%s', (_, report: Report) => {
  expect(renderSummary(report)).toMatchSnapshot()
})
