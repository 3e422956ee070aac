import { PreviewError, type Problem } from '../errors.ts'
import { ApiError, type Cluster, type Live, refOf, subject } from './cluster.ts'
import { parallel } from './parallel.ts'
import type { Claim } from './record.ts'
import { isForbidden } from './refusal.ts'

const CONCURRENCY = 8

/** What may not be deleted, and what the API server said. */
export type Refusal = { live: Live; error: PreviewError }

/**
 * Deletes each exactly as it was read, after a look at the record. One that changed in between is read and judged again, and
 * returned among the `spared` if it may not go after all. One that is refused does not keep the others.
 */
export const deleteAll = async (
  cluster: Cluster,
  claim: Claim,
  found: readonly Live[],
  mayGo: (live: Live) => boolean,
): Promise<{ refusals: Refusal[]; spared: Live[] }> => {
  const refusals: Refusal[] = []
  const spared: Live[] = []
  if (found.length > 0) await claim.confirm()
  await parallel(found, CONCURRENCY, async (live) => {
    try {
      const left = await deleteOne(cluster, claim, live, mayGo)
      if (left !== undefined) spared.push(left)
    } catch (error) {
      if (!isRefused(error)) throw error
      refusals.push({ live, error })
    }
  })
  return { refusals, spared }
}

/** Returns it when it may not go after all. */
const deleteOne = async (
  cluster: Cluster,
  claim: Claim,
  first: Live,
  mayGo: (live: Live) => boolean,
): Promise<Live | undefined> => {
  let live: Live | undefined = first
  while (live !== undefined && live.metadata.deletionTimestamp === undefined) {
    if (!mayGo(live)) return live
    const { uid, resourceVersion } = live.metadata
    if ((await cluster.delete(refOf(live), { uid, resourceVersion })) !== 'changed') return undefined
    live = await cluster.get(refOf(live))
    await claim.confirm()
  }
  return undefined
}

/** It was answered, and about this object: rights, an admission policy, a webhook that is down. */
const isRefused = (error: unknown): error is PreviewError =>
  isForbidden(error) || (error instanceof ApiError && error.status > 0)

export const problemOf = ({ live, error: { message, hint } }: Refusal): Problem => {
  const about = subject(live)
  const said = message.startsWith(about) ? message : `${about}: ${message}`
  return { message: said, ...(hint === undefined ? {} : { hint }) }
}

/** `refusals`: at least one. */
export const undeletable = (refusals: readonly Refusal[]): PreviewError => {
  const [first] = refusals
  const problems = refusals.map(problemOf)
  const codes = new Set(refusals.map(({ error }) => error.code))
  const [code = 'Rejected'] = codes.size === 1 ? codes : []
  const what = refusals.length === 1 ? problems[0]?.message : `${refusals.length} objects`
  return new PreviewError(code, `cannot delete ${what}`, {
    ...(first === undefined ? {} : { object: subject(first.live) }),
    problems,
    hint: first?.error.hint ?? 'correct what refuses it and run again: it goes on from here',
    cause: first?.error,
  })
}
