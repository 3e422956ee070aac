import { randomUUID } from 'node:crypto'
import type { RunResult } from '../../local/runner/run-action.ts'
import { until } from '../../local/stack/until.ts'
import { openDatabaseHome, withDatabase } from '../e2e/database-home.ts'
import { CONFIG, files, type Home, openHome } from '../e2e/home.ts'
import { type At, type Sent, watchRequests } from './requests.ts'

/** One pull request at a time, in a namespace and a domain of its own: lanes do not meet. */
export type Lane = {
  home: Home
  hasDatabase: boolean
  /** Of every commit here. */
  config: string
  pull: Pull | undefined
  /** The runs since the last start, for whoever looks into a failure. */
  runs: { what: string; log: string }[]
}
export type Pull = { number: number; sha: string; isOpen: boolean; isLive: boolean; id: string | undefined }
export type Action = 'opened' | 'synchronize' | 'closed'
export type Watched = { result: RunResult; sent: Sent[]; reached: boolean }
export type Step = {
  /** The process's id once it is stopped; `undefined` when it has ended without. */
  stopped(): Promise<number | undefined>
  ended: Promise<Watched>
}

const ONE = files[CONFIG] ?? ''
const TWO = ONE + ONE.split('\n').slice(1).join('\n').replaceAll('app1', 'app2')

/** `database`: all that its pool has. */
export const openLane = async (database?: string): Promise<Lane> => ({
  home: database === undefined ? await openHome() : await openDatabaseHome('mysql', [database]),
  hasDatabase: database !== undefined,
  config: (database === undefined ? files : withDatabase)[CONFIG] ?? '',
  pull: undefined,
  runs: [],
})

/** A commit that no other is equal to, and its images. */
const commit = async <T extends string | { sha: string }>(
  { home, config }: Lane,
  apps: 1 | 2,
  make: (files: Record<string, string>) => T,
): Promise<T> => {
  const made = make({ [CONFIG]: apps === 1 ? config : TWO, 'README.md': randomUUID() })
  const sha = typeof made === 'string' ? made : made.sha
  await home.build('app1', sha)
  if (apps === 2) await home.build('app2', sha)
  return made
}

export const open = async (lane: Lane, apps: 1 | 2 = 1): Promise<void> => {
  const { number, sha } = await commit(lane, apps, (files) => lane.home.open(`crash/${randomUUID()}`, files))
  lane.pull = { number, sha, isOpen: true, isLive: false, id: undefined }
}

export const pullOf = ({ pull }: Lane): Pull => {
  if (pull === undefined) throw new Error('no pull request has been opened in this lane')
  return pull
}

export const push = async (lane: Lane, apps: 1 | 2 = 1): Promise<void> => {
  const pull = pullOf(lane)
  pull.sha = await commit(lane, apps, (files) => lane.home.push(pull.number, files))
}

export const close = (lane: Lane): void => {
  const pull = pullOf(lane)
  if (pull.isOpen) lane.home.close(pull.number)
  pull.isOpen = false
}

export const reopen = (lane: Lane): void => {
  const pull = pullOf(lane)
  lane.home.reopen(pull.number)
  pull.isOpen = true
}

/** Starts the action for what happened to the pull request, to be ended or stopped at a request. */
export const begin = async (lane: Lane, action: Action, at?: At): Promise<Step> => {
  const pull = pullOf(lane)
  const watch = await watchRequests(at)
  const running = lane.home.on(action, pull.number, { env: watch.env })
  let isOver = false
  const ended = running
    .then(async (result) => {
      pull.id = result.outputs['environment-id'] ?? pull.id
      lane.runs.push({ what: `${action} at ${pull.sha.slice(0, 7)}`, log: result.log })
      return { result, sent: await watch.sent(), reached: (await watch.reached()) !== undefined }
    })
    .finally(() => {
      isOver = true
      return watch.end()
    })
  const stopped = async (): Promise<number | undefined> => {
    const found = await until('the run to stop or to end', 300, async () => {
      const pid = isOver ? undefined : await watch.reached()
      return isOver || pid !== undefined ? { pid } : undefined
    })
    return found.pid
  }
  return { stopped, ended }
}

export const step = async (lane: Lane, action: Action, at?: At): Promise<Watched> =>
  await (await begin(lane, action, at)).ended
