import { expect, test } from 'vitest'
import { timeTable } from './times.ts'

const step = (name: string, ms: number) => ({ step: name, status: 'done' as const, at: 0, ms })

test('a column for each run, a row for each step that any of them had', () => {
  const runs = [
    { title: 'open', report: { steps: [step('Apply', 412), step('Wait', 61_300)], ms: 62_000 }, wall: 63_040 },
    { title: 'close', report: { steps: [step('Remove', 2_000)], ms: 2_100 }, wall: 2_900 },
  ]
  expect(timeTable(runs)).toEqual([
    '                              open   close',
    '──────────────────────────────────────────',
    'Apply                        0.4 s',
    'Wait                        61.3 s',
    'Remove                               2.0 s',
    '──────────────────────────────────────────',
    'the action, by its report   62.0 s   2.1 s',
    'the step, by the clock      63.0 s   2.9 s',
  ])
})
