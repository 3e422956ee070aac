import { z } from 'zod'
import { PreviewError } from '../errors.ts'
import type { Environment } from '../names.ts'

/** What the environment record says, and the decisions taken on it. Pure; `record.ts` reads and writes it. */

const member = z.looseObject({
  /** API group, `''` for core; the version it was last sent with; kind; namespace; name. */
  g: z.string(),
  v: z.string(),
  k: z.string(),
  ns: z.string().optional(),
  n: z.string(),
  /** Absent between the write-ahead and the answer of the API server. */
  uid: z.string().optional(),
  /** SHA-256 of the body applied; absent while it is not known to have arrived. */
  h: z.string().optional(),
})

const holder = z.looseObject({
  run: z.string(),
  attempt: z.number(),
  url: z.string(),
  /** It came to remove. Until the phase is `Terminating` it is still asking GitHub whether it may. */
  removes: z.boolean().optional(),
})

const past = z.looseObject({
  sha: z.string().optional(),
  phase: z.enum(['Live', 'Failed']),
  generation: z.number(),
  run: z.string(),
  at: z.string(),
})

/** Loose: an older release of the action hands on what a newer one has added. */
const recordSchema = z.looseObject({
  v: z.literal(1),
  id: z.string(),
  owner: z.looseObject({ repository: z.string(), repositoryId: z.number(), branch: z.string() }),
  pullRequests: z.array(z.number()),
  generation: z.number(),
  holder,
  released: z.boolean(),
  /**
   * Runs of older generations may still send something: what none of this generation or a newer one has written, as its
   * annotation says, has to get a new resourceVersion.
   */
  fence: z.number().optional(),
  phase: z.enum(['Applying', 'Waiting', 'Pruning', 'Live', 'Failed', 'Terminating']),
  sha: z.string().optional(),
  members: z.array(member),
  /** Where its objects are, when they have a namespace of their own; else they are beside the record. */
  ownNamespace: z.string().optional(),
  /** Leased from a pool; known before anything uses it. */
  database: z.looseObject({ pool: z.string(), name: z.string(), generation: z.number() }).optional(),
  ingressClass: z.string().optional(),
  hosts: z.array(z.string()),
  /** By app: the commit that answers, also where the last deployment failed. */
  serving: z.record(z.string(), z.looseObject({ sha: z.string(), at: z.string() })).optional(),
  /** By app. */
  urls: z.record(z.string(), z.string()),
  smoke: z
    .looseObject({
      ok: z.boolean(),
      passed: z.number().optional(),
      total: z.number().optional(),
      reportUrl: z.string().optional(),
      /** Which commit was checked to the end the last time, and what failed then. */
      commit: z.string().optional(),
      failed: z.array(z.object({ app: z.string().nullable(), name: z.string() })).optional(),
    })
    .optional(),
  /** Id of the GitHub Deployment. */
  deployment: z.number().optional(),
  created: z.string(),
  updated: z.string(),
  expires: z.string().optional(),
  history: z.array(past),
})

export type EnvironmentRecord = z.infer<typeof recordSchema>
export type Member = z.infer<typeof member>
export type Holder = z.infer<typeof holder>
type Past = z.infer<typeof past>

/** What a run may change of a record it holds. `undefined` takes a field away. */
export type RecordChange = {
  [K in Exclude<
    keyof typeof recordSchema.shape,
    'v' | 'id' | 'owner' | 'generation' | 'holder' | 'released' | 'ownNamespace' | 'created' | 'updated' | 'history'
  >]?: EnvironmentRecord[K] | undefined
}

export const parseRecord = (name: string, json: string | undefined): EnvironmentRecord => {
  try {
    return recordSchema.parse(JSON.parse(json ?? ''))
  } catch (cause) {
    throw new PreviewError('Rejected', `the environment record ${name} cannot be read`, {
      object: name,
      hint: 'a newer release of the action may have written it: use the same everywhere. Deleting the ConfigMap deletes the preview',
      cause,
    })
  }
}

export type Wish = {
  environment: Environment
  holder: Holder
  /** These are left as they are when absent. */
  phase?: 'Applying' | 'Terminating'
  sha?: string
  pullRequests?: number[]
  /** Of a life that begins with this claim; one that goes on stays where it is. */
  ownNamespace?: string
}

/**
 * A removal that is going on ends with the record, so a run that wants to build waits for that. `stale`: the record has not
 * changed for as long as a living removal would need to say so.
 */
export const mustWait = (
  found: Pick<EnvironmentRecord, 'phase' | 'released'> | undefined,
  wanted: Wish['phase'],
  stale: boolean,
): boolean => found?.phase === 'Terminating' && wanted === 'Applying' && !found.released && !stale

export const isSameOwner = ({ id, owner }: EnvironmentRecord, environment: Environment): boolean =>
  id === environment.id &&
  owner.repositoryId === environment.owner.repositoryId &&
  owner.branch === environment.owner.branch

export const firstRecord = (
  { environment, phase = 'Applying', sha, holder, pullRequests, ownNamespace }: Wish,
  now: Date,
): EnvironmentRecord => ({
  v: 1,
  id: environment.id,
  owner: environment.owner,
  pullRequests: pullRequests ?? [],
  generation: 1,
  holder,
  released: false,
  phase,
  ...(sha === undefined ? {} : { sha }),
  ...(ownNamespace === undefined ? {} : { ownNamespace }),
  members: [],
  hosts: [],
  urls: {},
  created: now.toISOString(),
  updated: now.toISOString(),
  history: [],
})

/** A removal that is taken over stays a removal, whatever was wanted. */
export const takenOver = (found: EnvironmentRecord, wish: Wish, now: Date): EnvironmentRecord => {
  const phase = found.phase === 'Terminating' ? 'Terminating' : (wish.phase ?? found.phase)
  return {
    ...found,
    owner: { ...found.owner, ...wish.environment.owner }, // a repository may have been renamed
    pullRequests: wish.pullRequests ?? found.pullRequests,
    generation: found.generation + 1,
    holder: wish.holder,
    released: false,
    ...(found.released ? {} : { fence: found.generation + 1 }),
    phase,
    ...(wish.sha === undefined || phase === 'Terminating' ? {} : { sha: wish.sha }),
    updated: now.toISOString(),
  }
}

export const changed = (record: EnvironmentRecord, change: RecordChange, now: Date): EnvironmentRecord =>
  ({ ...record, ...change, updated: now.toISOString() }) as EnvironmentRecord

/** Nothing was done under the claim: but for who had it, the record is what it was before. */
export const givenBack = (
  record: EnvironmentRecord,
  before: EnvironmentRecord | undefined,
  now: Date,
): EnvironmentRecord => ({
  ...changed(record, before === undefined ? {} : { phase: before.phase, sha: before.sha }, now),
  released: true,
})

const REMEMBERED = 5

/** A deployment that ended in this phase is remembered: the last five, and the last good one however long ago. */
export const released = (record: EnvironmentRecord, change: RecordChange, now: Date): EnvironmentRecord => {
  const next = { ...changed(record, change, now), released: true }
  const { phase } = change
  if (phase !== 'Live' && phase !== 'Failed') return next
  const { sha, generation, holder } = next
  const entry: Past = { ...(sha === undefined ? {} : { sha }), phase, generation, run: holder.url, at: next.updated }
  const all = [...next.history, entry]
  const good = all.findLast((past) => past.phase === 'Live')
  const recent = all.slice(-REMEMBERED)
  return { ...next, history: good === undefined || recent.includes(good) ? recent : [good, ...recent.slice(1)] }
}

/** The newest deployment that went live. */
export const lastGood = ({ history }: EnvironmentRecord): Past | undefined =>
  history.findLast((past) => past.phase === 'Live')

/** A run that did not end cleanly may still send something, and no push has gone live since to find it. */
export const mayBeLate = (record: EnvironmentRecord): boolean =>
  (record.fence ?? 0) > (lastGood(record)?.generation ?? 0)
