import { type ErrorCode, PreviewError } from '../errors.ts'
import { type Cluster, type Live, subject } from './cluster.ts'
import { readEvents, warningsAbout } from './events.ts'
import { containersOf } from './pods.ts'

/** Why one object does not become ready, with the evidence; short enough for a comment. */
export type Diagnosis = {
  subject: string
  reason: string
  pod?: string
  container?: string
  /** At most 15 lines, not redacted. */
  log: string[]
  /** Warnings, newest first, at most 2. */
  events: { reason: string; message: string; count: number; at: string }[]
}

export class Unready extends PreviewError {
  override name = 'Unready'
  readonly diagnoses: readonly Diagnosis[]

  /** `timeout`: milliseconds it had. */
  constructor(
    code: Extract<ErrorCode, 'RolloutFailed' | 'TimedOut'>,
    diagnoses: readonly Diagnosis[],
    timeout: number,
  ) {
    const [first] = diagnoses
    const others = diagnoses.length > 1 ? ` (and ${diagnoses.length - 1} more)` : ''
    const what = code === 'TimedOut' ? `is not ready after ${Math.round(timeout / 1000)} s` : 'will not become ready'
    super(code, `${first?.subject}${others} ${what}: ${first?.reason}`, {
      ...(first === undefined ? {} : { object: first.subject }),
      problems: diagnoses.map(({ subject, reason }) => ({ message: `${subject}: ${reason}` })),
      hint: 'what was applied stays, with the old version serving where there is one; correct the cause and push again',
    })
    this.diagnoses = diagnoses
  }
}

export type Suspect = { object: Live; reason: string; pods: readonly Live[]; pod?: Live; container?: string }

const LINES = 15
const EVENTS = 2

export const diagnose = async (
  cluster: Cluster,
  namespace: string,
  suspects: readonly Suspect[],
): Promise<Diagnosis[]> => {
  const events = await readEvents(cluster, namespace)
  return Promise.all(
    suspects.map(async (suspect) => {
      const { object, reason, pods, pod = pods[0], container = pod && suspectIn(pod) } = suspect
      const uids = new Set([object, ...pods].map(({ metadata }) => metadata.uid))
      const newest = warningsAbout(events, uids).slice(0, EVENTS)
      return {
        subject: subject(object),
        reason,
        ...(pod === undefined ? {} : { pod: pod.metadata.name }),
        ...(container === undefined ? {} : { container }),
        log: pod && container ? await lastLines(cluster, namespace, pod, container) : [],
        events: newest.map(({ reason, message, count, at }) => ({ reason, message, count, at })),
      }
    }),
  )
}

const suspectIn = (pod: Live): string | undefined => containersOf(pod).find(({ ready }) => !ready)?.name

/** Of the container that died rather than of the one that has just begun again. */
const lastLines = async (cluster: Cluster, namespace: string, pod: Live, container: string): Promise<string[]> => {
  const of = { namespace, name: pod.metadata.name, container, lines: LINES }
  const status = containersOf(pod).find(({ name }) => name === container)
  if (status?.state?.waiting !== undefined && status.restartCount === 0) return []
  const previous = status?.state?.terminated === undefined && (status?.restartCount ?? 0) > 0
  const text =
    (previous && (await cluster.logs({ ...of, previous: true }))) || (await cluster.logs({ ...of, previous: false }))
  return (text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LINES)
}
