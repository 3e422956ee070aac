import type { Cause } from './causes.ts'
import type { Live } from './cluster.ts'
import type { Fault, Seen } from './fault.ts'
import { condition } from './verdict.ts'

/** Why a controller may not make pods: what the API server answers it. Pure. */

/** A controller goes on trying, but not with another result. */
const REFUSED = 10_000
/** A webhook that does not answer may be restarting. */
const UNDECIDED = 60_000

type Rule = { pattern: RegExp; cause: Cause; culprit(found: string, namespace: string): string }

const RULES: readonly Rule[] = [
  {
    pattern: /violates PodSecurity "(?<name>[^"]+)"/,
    cause: 'PodSecurity',
    culprit: (_, namespace) => `Namespace/${namespace}`,
  },
  {
    pattern: /(?:exceeded|failed) quota: (?<name>[^\s,:]+)/,
    cause: 'QuotaExceeded',
    culprit: (name, namespace) => `ResourceQuota/${namespace}/${name}`,
  },
  {
    pattern: /admission webhook "(?<name>[^"]+)" denied the request/,
    cause: 'AdmissionDenied',
    culprit: (name) => `admission webhook ${name}`,
  },
  {
    pattern: /ValidatingAdmissionPolicy '(?<name>[^']+)'/,
    cause: 'AdmissionDenied',
    culprit: (name) => `ValidatingAdmissionPolicy/${name}`,
  },
  {
    pattern: /serviceaccount "(?<name>[^"]+)" not found/,
    cause: 'ServiceAccountMissing',
    culprit: (name, namespace) => `ServiceAccount/${namespace}/${name}`,
  },
]

export const creationFault = ({ object, refused }: Seen): Fault | undefined => {
  const said = refused ?? replicaFailure(object)
  if (said === undefined) return undefined
  const key = `${object.metadata.uid}/create`
  for (const { pattern, cause, culprit } of RULES) {
    const name = pattern.exec(said)?.groups?.name
    if (name === undefined) continue
    return { key, cause, reason: said, culprit: culprit(name, object.metadata.namespace ?? ''), patience: REFUSED }
  }
  return { key, cause: 'PodsRefused', reason: said, patience: UNDECIDED }
}

/** A quota with room for some of the pods: the condition says it as long as it is so, events fade. */
const replicaFailure = (object: Live): string | undefined => {
  const failure = condition(object, 'ReplicaFailure')
  return failure?.status === 'True' ? failure.message : undefined
}
