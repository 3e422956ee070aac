import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { historyFold, historyOf, REMEMBERED } from './history.ts'
import type { Report } from './report.ts'

const runs = (number: number, attempt = 1) => ({
  url: `https://github.com/acme/shop/actions/runs/${number}`,
  attempt,
})
const after = (...reports: Report[]) =>
  reports.reduce<ReturnType<typeof historyOf>>((before, report) => historyOf(report, before), [])
const run = (report: Report, number: number, attempt = 1): Report => ({ ...report, run: runs(number, attempt) })

test('the newest deployments that came to an end, with the words of their verdicts', () => {
  const deployments = after(run(samples.live, 1), run(samples.updating, 2), run(samples.failed, 2))
  expect(deployments.map(({ icon, result, run }) => [icon, result, run])).toEqual([
    ['❌', 'Not deployed: image not found (app1)', runs(2).url],
    ['✅', 'Preview is live', runs(1).url],
  ])
})

test('a run is there once, each of its attempts too, and no more than are remembered', () => {
  const again = after(run(samples.live, 1), run(samples.live, 1), run(samples.live, 1, 2))
  expect(again.map(({ run }) => run)).toEqual([`${runs(1).url}/attempts/2`, runs(1).url])
  const many = after(...Array.from({ length: 9 }, (_, at) => run(samples.live, at)))
  expect(many).toHaveLength(REMEMBERED)
  expect(many[0]?.run).toBe(runs(8).url)
})

test('removals, skips and what is under way are none', () => {
  for (const report of [samples.removed, samples.notRemoved, samples.skipped, samples.superseded, samples.firstDeploy])
    expect(historyOf(report, [])).toEqual([])
})

test('shown when it says more than the verdict', () => {
  const one = historyOf(run(samples.live, 1))
  expect(historyFold(one, run(samples.live, 1))).toBe('')
  expect(historyFold(one, run(samples.updating, 2))).toContain('✅ Preview is live')
})
