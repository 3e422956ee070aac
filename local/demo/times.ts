import type { Report } from '../../src/report/report.ts'
import { columns } from './columns.ts'

type Timed = { title: string; report: Pick<Report, 'steps' | 'ms'>; wall: number }

/** One column for each run, one row for each of its steps, as the action's own report has them. Times are milliseconds. */
export const timeTable = (runs: readonly Timed[]): string[] => {
  const names = [...new Set(runs.flatMap(({ report }) => report.steps.map(({ step }) => step)))]
  const row = (title: string, timeOf: (run: Timed) => number | undefined) => [
    title,
    ...runs.map((run) => seconds(timeOf(run))),
  ]
  const lines = columns(
    [
      ['', ...runs.map(({ title }) => title)],
      ...names.map((name) => row(name, ({ report }) => report.steps.find(({ step }) => step === name)?.ms)),
      row('the action, by its report', ({ report }) => report.ms),
      row('the step, by the clock', ({ wall }) => wall),
    ],
    ['left', ...runs.map(() => 'right' as const)],
  )
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)))
  return [...lines.slice(0, 1), rule, ...lines.slice(1, -2), rule, ...lines.slice(-2)]
}

export const seconds = (ms: number | undefined): string => (ms === undefined ? '' : `${(ms / 1000).toFixed(1)} s`)
