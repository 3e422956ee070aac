import { isCode, PreviewError } from './errors.ts'
import type { Log } from './log.ts'

export type StepStatus = 'done' | 'unchanged' | 'skipped' | 'failed'
/** `at` and `ms`: milliseconds, from the start of the run and of the step. */
export type StepResult = { step: string; status: StepStatus; detail?: string; link?: string; at: number; ms: number }

/** How a step says, while it works and when it is done, what happened. */
export type Say = Log & {
  /** One line for the report: `11 objects: 3 created, 8 unchanged`. */
  detail(text: string): void
  unchanged(text: string): void
  skipped(text: string): void
  link(url: string): void
}
type Act<T> = (say: Say) => Promise<T>

export type Steps = {
  step<T>(name: string, act: Act<T>): Promise<T>
  /** Several at once; all end before the first failure is thrown, so none is left running behind a report. */
  together<T extends Record<string, unknown>>(acts: { [K in keyof T]: Act<T[K]> }): Promise<T>
  readonly results: readonly StepResult[]
}

type Groups = { start(title: string): void; end(): void }

export const steps = (log: Log, groups: Groups): Steps => {
  const results: StepResult[] = []
  const began = performance.now()

  const run = async <T>(name: string, act: Act<T>, out: Log): Promise<T> => {
    const started = performance.now()
    const result: StepResult = { step: name, status: 'done', at: Math.round(started - began), ms: 0 }
    results.push(result)
    const say: Say = {
      ...out,
      detail: (text) => void Object.assign(result, { detail: text }),
      unchanged: (text) => void Object.assign(result, { status: 'unchanged', detail: text }),
      skipped: (text) => void Object.assign(result, { status: 'skipped', detail: text }),
      link: (url) => void Object.assign(result, { link: url }),
    }
    try {
      return await act(say)
    } catch (error) {
      result.status = isCode(error, 'Superseded') ? 'skipped' : 'failed'
      throw named(error, name)
    } finally {
      result.ms = Math.round(performance.now() - started)
      const { status, detail, ms } = result
      out.info(`${status}${detail ? `: ${detail}` : ''} (${(ms / 1000).toFixed(1)} s)`)
    }
  }

  return {
    results,
    step: async (name, act) => {
      groups.start(name)
      try {
        return await run(name, act, log)
      } finally {
        groups.end()
      }
    },
    together: async (acts) => {
      const entries: [string, Act<unknown>][] = Object.entries(acts)
      groups.start(entries.map(([name]) => name).join(' · '))
      try {
        const ends = await Promise.allSettled(entries.map(([name, act]) => run(name, act, prefixed(log, name))))
        const values = ends.map((end) => {
          if (end.status === 'rejected') throw end.reason
          return end.value
        })
        return Object.fromEntries(entries.map(([name], i) => [name, values[i]])) as never
      } finally {
        groups.end()
      }
    },
  }
}

const named = (error: unknown, step: string): unknown => {
  if (error instanceof PreviewError) error.step ??= step
  return error
}

const prefixed = (log: Log, name: string): Log => ({
  info: (text) => log.info(`${name}: ${text}`),
  warning: (text) => log.warning(`${name}: ${text}`),
  debug: (text) => log.debug(`${name}: ${text}`),
})
