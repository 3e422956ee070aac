import type { Log } from '../log.ts'
import { isReady, type Observed } from './observation.ts'
import { reasonOf } from './patience.ts'

/** Milliseconds in which a person begins to ask whether anything is happening. */
const SILENCE = 30_000

/** Says what each object waits for, once for each reason; and after some silence all that is still waited for. */
export const progress = (say: Log): ((seen: readonly Observed[]) => void) => {
  const started = performance.now()
  const told = new Set<string>()
  let last = started

  const tell = (text: string): void => {
    last = performance.now()
    say.info(`${text} (${Math.round((last - started) / 1000)} s)`)
  }

  return (seen) => {
    for (const observed of seen) {
      const { subject } = observed.change
      const line = `${subject}: ${wordsOf(observed)}`
      if (told.has(line) || (line === `${subject}: ready` && !told.has(subject))) continue
      told.add(line).add(subject)
      tell(line)
    }
    const left = seen.filter((observed) => !isReady(observed))
    if (left.length === 0 || performance.now() - last < SILENCE) return
    tell(`still waiting for ${left.map((observed) => `${observed.change.subject}: ${wordsOf(observed)}`).join('; ')}`)
  }
}

const wordsOf = (observed: Observed): string => {
  const { state } = observed
  return 'note' in state && state.note !== undefined ? `ready, but ${state.note}` : reasonOf(observed)
}
