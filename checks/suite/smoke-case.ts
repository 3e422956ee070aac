import { inject, test } from 'vitest'
import type { SmokeInput } from '../contract.ts'
import type { Exchange } from '../exchange.ts'
import { recording, veiled } from './recording.ts'

export type CaseKey = { app: string | null; name: string; kind: string }

/** What the suite may know: nothing here is a credential. */
export type SmokeWork = {
  input: SmokeInput
  /** Hosts below this domain may be asked, no others. */
  domain: string
  /** Passed in an earlier attempt: not run again. */
  passed: { app: string | null; name: string }[]
  /** Milliseconds since the epoch: when this attempt has to be over. */
  deadline: number
  /** Where a check may look directly. */
  looks: Looks
}

/** What the install's platform team allows; names, as checks write them, to those of AWS. */
export type Looks = {
  /** First part of the name of a lease's secret; empty when no databases are prepared. */
  secretPrefix: string
  databaseTls: boolean
  queues: Record<string, string>
  buckets: Record<string, string>
}

declare module 'vitest' {
  interface ProvidedContext {
    smoke: SmokeWork
  }
  interface TaskMeta {
    smoke?: CaseKey
    note?: string
    exchanges?: Exchange[]
  }
}

export const smoke = inject('smoke')

/** Why a case is skipped, for people. */
export class NotAsked extends Error {}

export const timeLeft = (): number => smoke.deadline - Date.now()

/** One case of the report. `run` answers with a sentence for people, or throws an Error whose message is one. */
export const smokeCase = (key: CaseKey, run: () => Promise<string>): void => {
  const isDone = smoke.passed.some((each) => each.app === key.app && each.name === key.name)
  const settings = { skip: isDone, meta: { smoke: key }, timeout: Math.max(1_000, timeLeft()) }
  test(`${key.app}: ${key.name}`, settings, async ({ skip, task }) => {
    const exchanges: Exchange[] = []
    task.meta.exchanges = exchanges
    try {
      if (timeLeft() <= 0) throw new Error('there was no time left for it: the checks before took all of this attempt')
      task.meta.note = veiled(await recording(exchanges, run))
    } catch (error) {
      const message = veiled(error instanceof Error ? error.message : String(error))
      if (error instanceof NotAsked) skip(message)
      // The stack and the cause are for whoever reads the log; they may hold what the message may not.
      throw new Error(message)
    }
  })
}
