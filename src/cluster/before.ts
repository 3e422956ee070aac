import { PreviewError, type Problem } from '../errors.ts'
import { type Environment, LABEL } from '../names.ts'
import { type Cluster, type KubeObject, type Live, type Ref, refOf, subject } from './cluster.ts'
import { isOurs, keyOf, kindsOf, selectorOf } from './members.ts'
import { parallel } from './parallel.ts'

/** Objects as they are before a run changes them, by key. Nothing in it belongs to somebody else. */
export type Before = ReadonlyMap<string, Live>

const CONCURRENCY = 8

/**
 * One list a kind; what it does not show is asked for by name, because the name may be taken by an object that is not ours.
 * Secrets are only ever asked for by name: the role cannot list them.
 */
export const beforeImage = async (
  cluster: Cluster,
  { environment, namespace }: { environment: Environment; namespace: string },
  objects: readonly KubeObject[],
): Promise<Before> => {
  const kinds = kindsOf(objects).filter(({ kind }) => kind !== 'Secret')
  const lists = await parallel(kinds, CONCURRENCY, (kind) => cluster.list(kind, namespace, selectorOf(environment)))
  const found = new Map(lists.flat().map((live) => [keyOf(refOf(live)), live]))
  const unseen = objects.map(refOf).filter((ref) => !found.has(keyOf(ref)))
  for (const live of await parallel(unseen, CONCURRENCY, (ref) => cluster.get(ref)))
    if (live !== undefined) found.set(keyOf(refOf(live)), live)
  const foreign = objects
    .flatMap((object) => found.get(keyOf(refOf(object))) ?? [])
    .filter((live) => !isOurs(live, environment))
  const [first] = foreign
  if (first !== undefined) throw taken(first, foreign)
  return found
}

/** The object as it is now; throws when it belongs to somebody else. */
export const readOurs = async (cluster: Cluster, environment: Environment, ref: Ref): Promise<Live | undefined> => {
  const live = await cluster.get(ref)
  if (live !== undefined && !isOurs(live, environment)) throw taken(live, [live])
  return live
}

const taken = (first: Live, all: readonly Live[]): PreviewError =>
  new PreviewError(
    'OwnedByOther',
    all.length === 1
      ? `${subject(first)} exists and is not of this preview`
      : `${all.length} objects exist and are not of this preview`,
    { object: subject(first), problems: all.map(problemOf), hint: 'rename ours, or delete what is there' },
  )

const problemOf = (live: Live): Problem => ({ message: `${subject(live)} belongs to ${ownerIn(live)}` })

const ownerIn = ({ metadata: { labels = {} } }: Live): string => {
  const environment = labels[LABEL.environment]
  if (environment !== undefined) return `preview ${environment}, part ${labels[LABEL.part] ?? 'unknown'}`
  const manager = labels['app.kubernetes.io/managed-by']
  return manager === undefined
    ? 'nobody we know: it has no label of a preview'
    : `${manager}: it has no label of a preview`
}
