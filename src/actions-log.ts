import type * as actions from '@actions/core'
import type { Log } from './log.ts'
import { inertLog } from './report/escape.ts'

type Core = Pick<typeof actions, 'info' | 'warning' | 'debug' | 'startGroup' | 'endGroup'>
type Groups = { start(title: string): void; end(): void }

/** ADAPTER: the run's log on GitHub. Nothing that is logged can become a command of the runner. */
export const actionsLog = (core: Core): { log: Log; groups: Groups } => ({
  log: {
    info: (text) => core.info(inertLog(text)),
    warning: (text) => core.warning(inertLog(text)),
    debug: (text) => core.debug(inertLog(text)),
  },
  groups: {
    start: (title) => core.startGroup(inertLog(title, 200)),
    end: () => core.endGroup(),
  },
})
