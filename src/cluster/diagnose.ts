import { hiding } from '../../checks/redact.ts'
import { type ErrorCode, PreviewError, type Problem } from '../errors.ts'
import { type Advice, adviceFor } from './advice.ts'
import type { ChangeSet } from './apply.ts'
import { type Cause, titleOf } from './causes.ts'
import { type Cluster, type Live, refOf, subject } from './cluster.ts'
import { type Collection, collectionFor } from './collection.ts'
import { type LogPart, logReader } from './container-logs.ts'
import { type KubeEvent, readEvents, warningsAbout } from './events.ts'
import { type ContainerRow, chainOf, containerRows, tellingEvents, uidsOf } from './evidence.ts'
import { faultsOf } from './faults.ts'
import { hiddenValues } from './hidden-values.ts'
import { pullWords } from './image-faults.ts'
import { keyOf } from './members.ts'
import { appOf } from './pods.ts'
import { type Root, rootsOf, type Suspect } from './suspect.ts'

/** One thing that keeps objects from becoming ready, with the evidence. Secrets are hidden. */
export type Diagnosis = Advice & {
  cause: Cause
  app: string
  /** `Kind/namespace/name` */
  subject: string
  /** Other objects that the same thing keeps from it. */
  also: string[]
  /** One line, mostly the cluster's own words. */
  reason: string
  progress?: string
  culprit?: string
  container?: string
  /** Where the manifest is, in the repository. */
  file?: string
  /** From the object down to the pod. */
  chain: string[]
  containers: ContainerRow[]
  /** Warnings, the most telling first. */
  events: Pick<KubeEvent, 'about' | 'reason' | 'message' | 'count' | 'at'>[]
  logs: LogPart[]
  /** What could not be read, and why. */
  missing: string[]
}

/** Where objects come from, by `keyOf`. */
export type Sources = ReadonlyMap<string, { file: string }>

/** Milliseconds. A runner that waits costs money, and credentials expire. */
const WITHIN = 20_000
/** More are told, but not looked into. */
const EXAMINED = 5

/** Never fails: what cannot be read in time is missing, and said to be. */
export const diagnose = async (
  cluster: Cluster,
  namespace: string,
  suspects: readonly Suspect[],
  { sources = new Map(), within = WITHIN }: { sources?: Sources | undefined; within?: number } = {},
): Promise<Diagnosis[]> => {
  const collection = collectionFor(within)
  const unread: string[] = []
  const events = (await collection.read('the events', unread, () => readEvents(cluster, namespace))) ?? []
  const roots = rootsOf(suspects.map((suspect) => explained(suspect, events)))
  const logsOf = logReader(cluster, collection)
  const examine = (root: Root, at: number): Promise<Diagnosis> => {
    const file = sources.get(keyOf(refOf(root.suspect.object)))?.file
    const missing = at === 0 ? unread : []
    const reads = at < EXAMINED ? { cluster, collection, logsOf } : undefined
    return diagnosisOf(root, { events, missing, reads, ...(file === undefined ? {} : { file }) })
  }
  return Promise.all(roots.map(examine))
}

type Reads = { cluster: Cluster; collection: Collection; logsOf: ReturnType<typeof logReader> }
type Material = { events: readonly KubeEvent[]; missing: string[]; file?: string; reads: Reads | undefined }

const diagnosisOf = async ({ suspect, also }: Root, { events, missing, file, reads }: Material): Promise<Diagnosis> => {
  const { object, cause, progress, culprit, container } = suspect
  const pods = troubledFirst(suspect)
  const values = reads && (await hiddenValues(reads.cluster, reads.collection, pods, missing))
  const hide = hiding(values ?? [])
  if (reads && values === undefined) missing.push('the logs: not all that they must not show is known')
  const logs = (values && (await reads?.logsOf({ pods, container, hide, missing }))) ?? []
  const { what, next } = adviceFor(suspect, logs[0]?.lines ?? [])
  const warnings = tellingEvents(warningsAbout(events, uidsOf(object, pods)), pods)
  return {
    cause,
    app: appOf(object),
    subject: subject(object),
    also,
    what: hide(what),
    next: hide(next),
    reason: hide(suspect.reason),
    ...(progress === undefined ? {} : { progress: hide(progress) }),
    ...(culprit === undefined ? {} : { culprit }),
    ...(container === undefined ? {} : { container }),
    ...(file === undefined ? {} : { file }),
    chain: chainOf(object, pods[0]),
    containers: containerRows(pods),
    events: warnings.map(({ about, reason, message, count, at }) => ({
      about,
      reason,
      message: hide(pullWords(message)),
      count,
      at,
    })),
    logs,
    missing,
  }
}

const SHOWN_PODS = 3

/** The suspected one, then those that are not ready. */
const troubledFirst = ({ pod, pods }: Suspect): Live[] => {
  const others = pods.filter(({ metadata }) => metadata.uid !== pod?.metadata.uid)
  return [...(pod === undefined ? [] : [pod]), ...others].slice(0, SHOWN_PODS)
}

/** With what the events say, which may be more than was known when it was suspected. */
const explained = (suspect: Suspect, events: readonly KubeEvent[]): Suspect => {
  const { object, pods, pod, container, cause } = suspect
  const faults = faultsOf({ object, pods, events })
  const fault =
    cause === 'NotReadyInTime'
      ? faults[0]
      : faults.find((one) => pod !== undefined && one.pod === pod && one.container === container)
  if (fault === undefined) return suspect
  const { key: _, patience: __, ...better } = fault
  return { ...suspect, ...better }
}

export class Unready extends PreviewError {
  override name = 'Unready'
  readonly diagnoses: readonly Diagnosis[]
  /** All that had been applied by then. */
  applied: ChangeSet = []

  /** `timeout`: milliseconds it had. */
  constructor(
    code: Extract<ErrorCode, 'RolloutFailed' | 'TimedOut'>,
    diagnoses: readonly Diagnosis[],
    timeout: number,
  ) {
    super(code, messageOf(code, diagnoses, timeout), {
      ...(diagnoses[0] === undefined ? {} : { object: diagnoses[0].subject }),
      problems: diagnoses.map(problemOf),
      hint: 'what was applied stays, with the old version serving where there is one; correct the cause and push again',
    })
    this.diagnoses = diagnoses
  }
}

const messageOf = (code: ErrorCode, [first, ...more]: readonly Diagnosis[], timeout: number): string => {
  const others = more.length > 0 ? ` (and ${more.length} more)` : ''
  const isLate = code === 'TimedOut'
  const what = isLate ? `is not ready after ${Math.round(timeout / 1000)} s` : 'will not become ready'
  const progress = isLate && first?.progress !== undefined ? `${first.progress}: ` : ''
  return `${first?.subject}${others} ${what}: ${progress}${first?.reason}`
}

const problemOf = ({ cause, app, subject, what, next, file }: Diagnosis): Problem => ({
  title: `${titleOf(cause)} (${app})`,
  message: `${subject}: ${what}`,
  hint: next,
  ...(file === undefined ? {} : { file }),
})
