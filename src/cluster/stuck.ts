import { PreviewError } from '../errors.ts'
import { type Cluster, type Live, subject } from './cluster.ts'
import { problemOf, type Refusal } from './deletion.ts'
import { culpritIn, readEvents, warningsAbout } from './events.ts'

/** The first that is left, what holds it, and who is to blame as far as events tell. */
export const whyStuck = async (cluster: Cluster, namespace: string, left: readonly Live[]): Promise<string> => {
  const [first, ...more] = left
  if (first === undefined) return ''
  const { name, uid, finalizers = [] } = first.metadata
  const [warning] = warningsAbout(await readEvents(cluster, namespace), new Set([uid]))
  const culprit = warning && culpritIn(warning.message, namespace, name)
  return [
    `${subject(first)}${more.length > 0 ? ` and ${more.length} more are` : ' is'} still there`,
    ...(finalizers.length > 0 ? [`held by finalizer ${finalizers.join(', ')}`] : []),
    ...(warning ? [`${warning.reason}: ${warning.message}`] : []),
    ...(culprit ? [`blocked by Ingress ${culprit}, which is not of this preview`] : []),
  ].join('; ')
}

/** `left`: at least one. */
export const stuck = async (
  cluster: Cluster,
  namespace: string,
  { left, refusals, cause }: { left: readonly Live[]; refusals: readonly Refusal[]; cause: unknown },
): Promise<PreviewError> =>
  new PreviewError('TimedOut', await whyStuck(cluster, namespace, left), {
    ...(left[0] === undefined ? {} : { object: subject(left[0]) }),
    problems: [...refusals.map(problemOf), ...left.map((live) => ({ message: `${subject(live)} is still there` }))],
    hint: 'correct what holds it and run the removal again: it goes on from here. Removing a finalizer by hand leaks what it stands for',
    cause,
  })
