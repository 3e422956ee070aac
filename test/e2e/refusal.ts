import { expect } from 'vitest'
import type { RunResult } from '../../local/runner/run-action.ts'
import type { Home } from './home.ts'

/** What a person needs to read: which step, about what, why, and what to do. */
export type Told = { step: string; object: string; cause: string; next: string }

/** Nothing was written by the run, no secret and no stack trace is in its log. */
const untouched = async (home: Home, act: () => Promise<RunResult>): Promise<RunResult> => {
  const before = await home.dump()
  const run = await act()
  expect(await home.dump()).toEqual(before)
  expect(run).toMatchObject({ leaks: [], post: { exit: 0 } })
  expect(run.rawLog).not.toMatch(/^\s+at .*:\d+:\d+/m)
  return run
}

const errorsOf = (run: RunResult) => run.annotations.filter(({ level }) => level === 'error')

/** The run fails, says all four parts, and has changed nothing. */
export const refused = async (
  home: Home,
  { step, object, cause, next }: Told,
  act: () => Promise<RunResult>,
): Promise<RunResult> => {
  const run = await untouched(home, act)
  expect(run).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
  const errors = errorsOf(run)
  expect(errors[0]?.title).toContain(step)
  expect(run.summary).toContain(step)
  const told = [...errors.map(({ message }) => message), run.summary].join('\n')
  for (const part of [object, cause, next]) expect(told).toContain(part)
  return run
}

/** The run gives way: green, said why, nothing changed. */
export const gaveWay = async (
  home: Home,
  { status, why }: { status: 'skipped' | 'superseded'; why: string },
  act: () => Promise<RunResult>,
): Promise<RunResult> => {
  const run = await untouched(home, act)
  expect(run).toMatchObject({ exit: 0, outputs: { status } })
  expect(errorsOf(run)).toEqual([])
  expect(run.log).toContain(why)
  return run
}
