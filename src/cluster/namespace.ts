import { isCode } from '../errors.ts'
import { labelsOf } from '../names.ts'
import { pace } from '../pace.ts'
import { poll } from '../poll.ts'
import { readOurs } from './before.ts'
import { type Cluster, isStatus, type KubeObject, type Live, type Ref, refOf, subject } from './cluster.ts'
import { checkRights } from './preflight.ts'
import type { Claim, Run } from './record.ts'

/** A namespace that is an environment's own (`isolation: namespace`): made first, removed last, and with all that is in it. */

const LOOK = 300
/** The authorizer hears of a new binding a moment later. */
const ACCESS_WITHIN = 10_000
/** A removal that nobody carries on has left it ending. */
const ENDS_WITHIN = 5 * 60_000
const RBAC = 'rbac.authorization.k8s.io'

export const hasOwnNamespace = ({ namespace, ref }: Pick<Claim, 'namespace' | 'ref'>): boolean =>
  namespace !== ref.namespace

const namespaceRef = ({ namespace }: Claim): Ref => ({ apiVersion: 'v1', kind: 'Namespace', name: namespace })

/** A preview is somebody's unmerged code, so the namespace says the same as the one of `install/`. */
const namespaceOf = (claim: Claim): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: claim.namespace,
    labels: { ...labelsOf(claim.environment), 'pod-security.kubernetes.io/enforce': 'baseline' },
  },
})

/** Gives the action in this namespace what `install/` gives it in its own. Without our labels: it has to go last. */
const accessOf = ({ namespace }: Claim): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'RoleBinding',
  metadata: { name: 'eks-preview', namespace },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'eks-preview-environment' },
  subjects: [{ kind: 'Group', apiGroup: RBAC, name: 'eks-preview' }],
})

/** Makes it when it is not there. Throws `OwnedByOther` when somebody else has the name. */
export const openNamespace = async (cluster: Cluster, claim: Claim, run: Run): Promise<void> => {
  const found = await ownNamespace(cluster, claim)
  if (found === undefined || isEnding(found)) {
    await checkRights(cluster, claim, [namespaceOf(claim)])
    if (found !== undefined) await gone(cluster, claim, run, ENDS_WITHIN)
    await claim.confirm()
    await create(cluster, namespaceOf(claim))
    // Throws when somebody else was faster.
    await ownNamespace(cluster, claim)
    run.say.info(`${subject(namespaceOf(claim))} created`)
  }
  await grantAccess(cluster, claim, run)
}

/** `undefined` when it is absent; throws `OwnedByOther` when it is not marked as this environment's. */
export const ownNamespace = (cluster: Cluster, claim: Claim): Promise<Live | undefined> =>
  readOurs(cluster, claim.environment, namespaceRef(claim))

export const isEnding = ({ metadata }: Live): boolean => metadata.deletionTimestamp !== undefined

/** Returns when the action may work in the namespace, or may be told by what it tries there why it may not. */
export const grantAccess = async (cluster: Cluster, claim: Claim, { signal }: Run): Promise<void> => {
  const access = accessOf(claim)
  if ((await cluster.get(refOf(access))) === undefined) await create(cluster, access)
  const kind = { apiVersion: 'v1', kind: 'ConfigMap', namespace: claim.namespace }
  const what = `rights in namespace ${claim.namespace}`
  const look = async () => ((await cluster.denied('create', kind)) === undefined ? true : undefined)
  await poll({ what, every: LOOK, timeout: ACCESS_WITHIN, signal }, look).catch((error: unknown) => {
    if (!isCode(error, 'TimedOut')) throw error
  })
}

/** Deletes it as it is now, and returns when it is gone with everything in it. */
export const closeNamespace = async (cluster: Cluster, claim: Claim, run: Run & { timeout: number }): Promise<void> => {
  const found = await ownNamespace(cluster, claim)
  if (found === undefined) return
  await claim.confirm()
  if (!isEnding(found)) await cluster.delete(refOf(found), { uid: found.metadata.uid })
  await gone(cluster, claim, run, run.timeout)
}

const gone = async (cluster: Cluster, claim: Claim, { say, signal }: Run, timeout: number): Promise<void> => {
  const ref = namespaceRef(claim)
  const isDue = pace(5_000, 30_000)
  let last: Live | undefined
  const what = `${subject(ref)} to be gone`
  const hint =
    'correct what holds it and run the removal again: it goes on from here. Removing a finalizer by hand leaks what it stands for'
  await poll({ what, every: LOOK, timeout, signal, why: () => whyEnding(last), hint }, async () => {
    last = await cluster.get(ref)
    if (last === undefined) return true
    if (isDue()) say.info(`${what}: ${whyEnding(last) ?? 'its content is being deleted'}`)
    return undefined
  })
}

type Condition = { type: string; status: string; message?: string }

/** What its controller says is left in it. */
const whyEnding = (live: Live | undefined): string | undefined => {
  const { conditions = [] } = (live?.status ?? {}) as { conditions?: Condition[] }
  const told = conditions.filter(({ status, message }) => status === 'True' && message !== undefined)
  return told.length === 0 ? undefined : told.map(({ message }) => message).join('; ')
}

const create = async (cluster: Cluster, object: KubeObject): Promise<void> => {
  try {
    await cluster.create(object)
  } catch (error) {
    if (!isStatus(error, 409)) throw error
  }
}
