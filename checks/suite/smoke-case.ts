import { inject, test } from 'vitest'
import type { SmokeInput } from '../contract.ts'

export type CaseKey = { app: string | null; name: string; kind: string }

/** What the suite may know: nothing here is a credential. */
export type SmokeWork = {
  input: SmokeInput
  /** Hosts below this domain may be asked, no others. */
  domain: string
  /** Passed in an earlier attempt: not run again. */
  passed: { app: string | null; name: string }[]
}

declare module 'vitest' {
  interface ProvidedContext {
    smoke: SmokeWork
  }
  interface TaskMeta {
    smoke?: CaseKey
    note?: string
  }
}

export const smoke = inject('smoke')

/** One case of the report. `run` answers with a sentence for people, or throws an Error whose message is one. */
export const smokeCase = (key: CaseKey, run: () => Promise<string>): void => {
  const skip = smoke.passed.some((each) => each.app === key.app && each.name === key.name)
  test(`${key.app}: ${key.name}`, { skip, meta: { smoke: key } }, async ({ task }) => {
    task.meta.note = await run()
  })
}
