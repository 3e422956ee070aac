import { type Cluster, type Live, subject } from './cluster.ts'
import type { Collection } from './collection.ts'
import { lastExit } from './exits.ts'
import { type ContainerStatus, containersOf } from './pods.ts'

/** The last words of one run of a container, secrets hidden. */
export type LogPart = {
  pod: string
  container: string
  /** Of the run before the present one. */
  previous: boolean
  lines: string[]
}

/** Of one object. */
export type Wanted = {
  pods: readonly Live[]
  /** The container that is suspected. */
  container: string | undefined
  hide: (text: string) => string
  missing: string[]
}

const PODS = 3
const CONTAINERS = 2
const LINES = 50
/** The kubelet keeps a long line in pieces of 16 KiB and cuts an answer at its end: three pieces always fit. */
const PIECES = 3
/** Characters that are read of all logs of a failure, that are kept of one, and of a line. */
const ALL = 512 * 1024
const LOG = 8 * 1024
const LINE = 1_000

/** For the logs of one failure, however many objects have failed. */
export const logReader = (cluster: Cluster, collection: Collection): ((wanted: Wanted) => Promise<LogPart[]>) => {
  let left = ALL

  const ask = (pod: Live, container: string, previous: boolean, missing: string[]): Promise<string | undefined> => {
    const { namespace = '', name } = pod.metadata
    const of = { namespace, name, container, previous }
    return collection.read(`the log of container ${container} of ${subject(pod)}`, missing, async () => {
      const text = await cluster.logs({ ...of, lines: LINES })
      left -= text?.length ?? 0
      const isCut = text !== undefined && text !== '' && !text.endsWith('\n')
      return isCut ? ((await cluster.logs({ ...of, lines: PIECES })) ?? text) : text
    })
  }

  const partsOf = async (pod: Live, status: ContainerStatus, { hide, missing }: Wanted): Promise<LogPart[]> => {
    const at = { pod: pod.metadata.name, container: status.name }
    const parts: LogPart[] = []
    for (const previous of runsOf(status)) {
      // In a back-off both are the same run, and one of them may be gone.
      if (parts.length > 0 && status.state?.running === undefined) break
      const text = left > 0 ? await ask(pod, status.name, previous, missing) : undefined
      if (text) parts.push({ ...at, previous, lines: lastLines(text, hide) })
    }
    const said = lastExit(status)?.message
    return parts.length === 0 && said ? [{ ...at, previous: false, lines: lastLines(said, hide) }] : parts
  }

  return async (wanted) => {
    const parts: LogPart[] = []
    for (const pod of wanted.pods.slice(0, PODS))
      for (const status of worthReading(pod, wanted.container)) parts.push(...(await partsOf(pod, status, wanted)))
    return parts.filter(({ lines }) => lines.length > 0)
  }
}

/** The runs that may have a log, `true` for the previous one; what tells more comes first. */
const runsOf = ({ state, lastState }: ContainerStatus): boolean[] => {
  if (state?.terminated !== undefined) return [false]
  if (lastState?.terminated !== undefined) return [true, false]
  return state?.running === undefined ? [] : [false]
}

const worthReading = (pod: Live, suspected: string | undefined): ContainerStatus[] =>
  containersOf(pod)
    .filter(({ name, ready }) => !ready || name === suspected)
    .toSorted((a, b) => Number(b.name === suspected) - Number(a.name === suspected))
    .slice(0, CONTAINERS)

/** Hidden first: what is cut could no longer be recognized. */
const lastLines = (text: string, hide: (text: string) => string): string[] => {
  const lines = hide(text)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-LINES)
    .map((line) => (line.length > LINE ? `${line.slice(0, LINE)}… (${line.length - LINE} more characters)` : line))
  const kept: string[] = []
  let room = LOG
  for (const line of lines.toReversed()) {
    room -= line.length
    if (room < 0) break
    kept.unshift(line)
  }
  return kept
}
