import { isDeepStrictEqual } from 'node:util'
import { type KubeObject, type Live, refOf, subject } from '../../src/cluster/cluster.ts'
import { hashOf, isApplied } from '../../src/cluster/members.ts'
import { parseRecord } from '../../src/cluster/record-state.ts'
import { RECORD } from './ledger.ts'
import type { MemoryServer } from './memory-server.ts'
import { environment, NAMESPACE } from './objects.ts'

/** What is not as it has to be when everything has come to rest. */

/** For the last run that claimed. */
export const amissIn = (server: MemoryServer, wanted: readonly KubeObject[]): string[] => {
  const record = server.get(RECORD)
  if (record === undefined) return ['there is no record']
  const { members } = parseRecord(RECORD.name, record.data?.record)
  const isDone = (object: KubeObject) => object.kind === 'Job' && members.some(({ h }) => h === hashOf(object))
  return wanted.flatMap((object) => {
    const live = server.get(refOf(object))
    // A Job that has done its work may be gone: collected, or pruned by a run that was stopped before it could write that down.
    if (live === undefined && isDone(object)) return []
    if (live === undefined || live.metadata.deletionTimestamp !== undefined) return [`${subject(object)} is not there`]
    const { metadata: _, ...content } = object
    const isAsWanted = Object.entries(content).every(([key, value]) => isDeepStrictEqual(live[key], value))
    const owners = live.metadata.ownerReferences?.map(({ uid }) => uid)
    return isAsWanted && isDeepStrictEqual(owners, [record.metadata.uid]) ? [] : [`${subject(object)} is not as wanted`]
  })
}

/** After a removal. */
export const leftIn = (server: MemoryServer): string[] =>
  server
    .all()
    .filter(({ metadata }) => metadata.namespace === NAMESPACE)
    .filter((live) => isApplied(live, environment, undefined) || live.metadata.name === RECORD.name)
    .map((live) => `leak: ${subject(live)} is left`)

export const touchedOf = (server: MemoryServer, foreign: readonly Live[]): string[] =>
  foreign
    .filter((object) => server.get(refOf(object)) !== object)
    .map((object) => `${subject(object)} is not ours and was touched`)
