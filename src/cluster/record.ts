import { PreviewError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Environment, LABEL, recordName } from '../names.ts'
import { pause } from '../poll.ts'
import { type Cluster, isStatus, type KubeObject, type Live, type OwnerReference, type Ref } from './cluster.ts'
import {
  changed,
  type EnvironmentRecord,
  firstRecord,
  givenBack,
  isSameOwner,
  mustWait,
  parseRecord,
  type RecordChange,
  released,
  takenOver,
  type Wish,
} from './record-state.ts'

export type Run = { signal: AbortSignal; say: Log }

/** A living removal writes progress far more often than this; measured on our own monotonic clock. */
const STALE = 60_000
const LOOK = 1_000
const KEY = 'record'

export type Claim = {
  /** Where the environment's objects are. */
  readonly namespace: string
  /** The record. */
  readonly ref: Ref
  readonly environment: Environment
  /** Of the record: the life of the environment. A new life begins at generation 1 again. */
  readonly uid: string
  readonly generation: number
  /** Runs before this generation may still send: see the record. */
  readonly fence: number | undefined
  /** Makes Kubernetes collect what a late request still creates after the record is gone. */
  readonly owner: OwnerReference
  /** As last read or written. */
  readonly record: EnvironmentRecord
  /** This and all below throw `Overtaken` when another run took over. */
  update(change: RecordChange): Promise<void>
  confirm(): Promise<void>
  /** The last write of a run: none of its requests is under way any more. */
  release(change: RecordChange): Promise<void>
  /** Instead of a release, while nothing was done: as if this run had not come. */
  giveBack(): Promise<void>
  /** Deletes the record: the environment is no more. */
  remove(): Promise<void>
}

/** Another run took over: whatever this one still wants to write is refused. */
export class Overtaken extends PreviewError {
  override name = 'Overtaken'
  /** What took its place; `undefined` when the environment was removed. */
  readonly by: EnvironmentRecord | undefined
  readonly life: { uid: string; generation: number } | undefined

  constructor(ref: Ref, found: Held | undefined) {
    const by = found?.record
    const object = `ConfigMap/${ref.namespace}/${ref.name}`
    const what = by?.phase === 'Terminating' || by?.holder.removes ? 'a removal' : 'a newer run'
    const [message, hint] =
      by === undefined
        ? [
            'the environment was removed while this run worked on it',
            'its record is gone: the pull request was closed, or somebody deleted it. Run again if it should exist',
          ]
        : [`${what} took over: ${by.holder.url}`, 'nothing to do here: that run carries on']
    super('Superseded', message, { object, hint })
    this.by = by
    this.life = found && { uid: found.live.metadata.uid, generation: found.record.generation }
  }
}

type Wanted = Wish & { namespace: string; now: () => Date }
type Held = { record: EnvironmentRecord; live: Live }

export const readRecord = async (
  cluster: Cluster,
  namespace: string,
  environment: Environment,
): Promise<{ record: EnvironmentRecord; uid: string } | undefined> => {
  const held = await read(cluster, recordRef(namespace, environment))
  return held && { record: held.record, uid: held.live.metadata.uid }
}

/** Of all environments of the install. */
export const readRecords = async (cluster: Cluster, namespace: string): Promise<EnvironmentRecord[]> => {
  const found = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, namespace, LABEL.record)
  return found.map(({ metadata, data }) => parseRecord(metadata.name, data?.[KEY]))
}

/**
 * Makes this run the one that may write. The newest claim wins; nobody waits for another run, except for a removal that is
 * going on. Asked for `Applying` it may return a claim of phase `Terminating`: a removal that nobody carries on, to be
 * finished before claiming again.
 */
export const claim = async (cluster: Cluster, wish: Wanted, run: Run): Promise<Claim> => {
  const ref = recordRef(wish.namespace, wish.environment)
  const isStale = staleness()
  let isTold = false
  for (;;) {
    const found = await read(cluster, ref)
    if (found !== undefined && !isSameOwner(found.record, wish.environment)) throw clash(ref, found.record)
    if (mustWait(found?.record, wish.phase, isStale(found?.live.metadata.resourceVersion))) {
      if (!isTold) run.say.info(`waiting for the removal by ${found?.record.holder.url} to end`)
      isTold = true
      await pause(LOOK, run.signal, 'the removal of this environment')
      continue
    }
    const held = await swap(cluster, ref, found, wish)
    if (held !== undefined) return claimOf(cluster, wish, held, found?.record)
  }
}

/** Begins a life of the environment only where there is none: `undefined` when another run was faster. */
export const claimAbsent = async (cluster: Cluster, wish: Wanted): Promise<Claim | undefined> => {
  const held = await swap(cluster, recordRef(wish.namespace, wish.environment), undefined, wish)
  return held && claimOf(cluster, wish, held, undefined)
}

/** True once it was asked about one version for `STALE`. */
const staleness = () => {
  let seen: { version: string | undefined; since: number } | undefined
  return (version: string | undefined): boolean => {
    if (seen === undefined || seen.version !== version) seen = { version, since: performance.now() }
    return performance.now() - seen.since >= STALE
  }
}

/** `undefined` when somebody else was faster. */
const swap = async (cluster: Cluster, ref: Ref, found: Held | undefined, wish: Wanted): Promise<Held | undefined> => {
  const record = found ? takenOver(found.record, wish, wish.now()) : firstRecord(wish, wish.now())
  const object = found ? withRecord(found.live, record) : withRecord(skeleton(ref, wish.environment), record)
  try {
    return { record, live: found ? await cluster.replace(object) : await cluster.create(object) }
  } catch (error) {
    // 409: it changed, or another run created it. 404: it was deleted since.
    if (isStatus(error, 409) || (found && isStatus(error, 404))) return undefined
    throw error
  }
}

const claimOf = (
  cluster: Cluster,
  { namespace, environment, now }: Wanted,
  first: Held,
  before: EnvironmentRecord | undefined,
): Claim => {
  const ref = recordRef(namespace, environment)
  const { uid } = first.live.metadata
  const { generation } = first.record
  let held = first

  const reread = async (): Promise<Held> => {
    const found = await read(cluster, ref)
    if (found?.live.metadata.uid !== uid || found.record.generation !== generation) throw new Overtaken(ref, found)
    held = found
    return found
  }
  const write = async (next: (record: EnvironmentRecord) => EnvironmentRecord): Promise<void> => {
    for (;;) {
      const record = next(held.record)
      try {
        held = { record, live: await cluster.replace(withRecord(held.live, record)) }
        return
      } catch (error) {
        if (!isStatus(error, 404, 409)) throw error
        await reread()
      }
    }
  }

  return {
    namespace: first.record.ownNamespace ?? namespace,
    ref,
    environment,
    uid,
    generation,
    fence: first.record.fence,
    owner: { apiVersion: 'v1', kind: 'ConfigMap', name: ref.name, uid },
    get record() {
      return held.record
    },
    update: (change) => write((record) => changed(record, change, now())),
    confirm: async () => void (await reread()),
    release: (change) => write((record) => released(record, change, now())),
    giveBack: () => write((record) => givenBack(record, before, now())),
    remove: async () => {
      for (;;) {
        const { resourceVersion } = (await reread()).live.metadata
        if ((await cluster.delete(ref, { uid, resourceVersion })) !== 'changed') return
      }
    },
  }
}

const recordRef = (namespace: string, environment: Environment): Ref => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name: recordName(environment),
})

const read = async (cluster: Cluster, ref: Ref): Promise<Held | undefined> => {
  const live = await cluster.get(ref)
  return live && { live, record: parseRecord(ref.name, live.data?.[KEY]) }
}

/** Found by `eks-preview/record`, never by the label that members carry: no sweep may take it for one. */
const skeleton = ({ apiVersion, kind, name, namespace }: Ref, { id }: Environment): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: { [LABEL.record]: id } },
})

const withRecord = (object: KubeObject, record: EnvironmentRecord): KubeObject => ({
  ...object,
  data: { [KEY]: JSON.stringify(record) },
})

const clash = (ref: Ref, { owner, id }: EnvironmentRecord): PreviewError =>
  new PreviewError(
    'OwnedByOther',
    `the environment record ${ref.name} belongs to branch ${owner.branch} of ${owner.repository} (id ${id})`,
    { object: `ConfigMap/${ref.namespace}/${ref.name}`, hint: 'rename the branch: the two ids begin alike' },
  )
