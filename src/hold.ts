import type { Claim } from './cluster/record.ts'
import { type Environment, placementOf } from './names.ts'
import { pause } from './poll.ts'
import type { Run } from './ports.ts'
import type { Settings } from './settings.ts'
import type { Story } from './story.ts'

const LOOK = 5_000

/** What every claim of this run says. */
export const wishOf = ({ id, attempt, url, namespace }: Run, environment: Environment, settings: Settings) => {
  const placement = placementOf(environment, settings)
  return {
    namespace,
    environment,
    holder: { run: id, attempt, url },
    ...(placement.namespace === namespace ? {} : { ownNamespace: placement.namespace }),
    now: () => new Date(),
  }
}

/** Of a claim that is to remove. */
export const removalWishOf = (of: Run, environment: Environment, settings: Settings) => {
  const wish = wishOf(of, environment, settings)
  return { ...wish, holder: { ...wish.holder, removes: true } }
}

/**
 * Ends the waits inside `act` with `Overtaken` soon after another run took over: what they wait for is now that run's to
 * change. No write needs this, every one of them is fenced by itself.
 */
export const whileHeld = async <T>(mine: Claim, story: Story, act: (story: Story) => Promise<T>): Promise<T> => {
  const lost = new AbortController()
  const done = new AbortController()
  const signal = AbortSignal.any([story.of.signal, lost.signal])
  const watching = watch(mine, AbortSignal.any([signal, done.signal])).catch((reason: unknown) => lost.abort(reason))
  try {
    return await act({ ...story, of: { ...story.of, signal } })
  } finally {
    done.abort()
    await watching
  }
}

const watch = async (mine: Claim, signal: AbortSignal): Promise<never> => {
  for (;;) {
    await pause(LOOK, signal, 'another run')
    await mine.confirm()
  }
}
