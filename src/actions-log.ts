import type * as actions from '@actions/core'
import type { Log } from './log.ts'
import { inertLog } from './report/escape.ts'

type Core = Pick<typeof actions, 'info' | 'warning' | 'debug' | 'startGroup' | 'endGroup'>
type Groups = { start(title: string): void; end(): void }

/** ADAPTER: the run's log on GitHub. Nothing that is logged can become a command of the runner. */
export const actionsLog = (core: Core): { log: Log; groups: Groups } => {
  // A warning is an annotation, of which GitHub shows ten: the second of a kind is a line of the log.
  const warned = new Set<string>()
  return {
    log: {
      info: (text) => core.info(inertLog(text)),
      warning: (text) => {
        if (warned.has(text)) return core.info(inertLog(text))
        warned.add(text)
        core.warning(inertLog(text))
      },
      debug: (text) => core.debug(inertLog(text)),
    },
    groups: {
      start: (title) => core.startGroup(inertLog(title, 200)),
      end: () => core.endGroup(),
    },
  }
}
