import { withoutTag } from '../kustomize/overlay.ts'
import type { Cause } from './causes.ts'
import { subject } from './cluster.ts'
import { type Exit, exitText, lastExit } from './exits.ts'
import { appOf, type ContainerSpec, containerSpec, containersOf } from './pods.ts'
import type { Suspect } from './suspect.ts'

/** What happened, in a sentence, and what to do next, with the names of this very case. Pure. */

export type Advice = { what: string; next: string }

/** Names are marked as Markdown marks code. */
type Facts = {
  app: string
  object: string
  namespace: string
  /** What is to blame. */
  culprit: string
  /** The cluster's words. */
  reason: string
  container: string
  /** As it is written, unmarked. */
  image: string
  spec: ContainerSpec
  exit: Exit | undefined
  restarts: number
  /** Where the reason for an end is to be found. */
  why: string
}

/** `log`: the last words of the container. */
export const adviceFor = (suspect: Suspect, log: readonly string[]): Advice => {
  const facts = factsOf(suspect, log.length > 0)
  const isForeign = /exec format error/.test([suspect.reason, ...log].join('\n'))
  return isForeign ? wrongArchitecture(facts) : ADVICE[suspect.cause](facts)
}

const factsOf = ({ object, reason, culprit, pod, container = '' }: Suspect, hasLog: boolean): Facts => {
  const status = pod && containersOf(pod).find(({ name }) => name === container)
  const spec = (pod && containerSpec(pod, container)) ?? { name: container }
  return {
    app: appOf(object),
    object: code(subject(object)),
    namespace: code(object.metadata.namespace ?? ''),
    culprit: culprit === undefined ? 'what the message names' : code(culprit),
    reason,
    container: code(container),
    image: culprit ?? spec.image ?? '',
    why: hasLog ? 'its last words say why' : 'nothing is left of its log',
    spec,
    exit: status && lastExit(status),
    restarts: status?.restartCount ?? 0,
  }
}

const code = (name: string): string => `\`${name}\``

const wrongArchitecture = ({ spec, app }: Facts): Advice => ({
  what: `The image ${code(spec.image ?? app)} is built for another kind of processor than the node has.`,
  next: 'build it for the nodes’ architecture (linux/amd64 or linux/arm64), or for both',
})

const noImage = ({ app, culprit, image, reason }: Facts): Advice => {
  const [named = '', digest] = image.split('@')
  const repository = withoutTag(named)
  const tag = named.slice(repository.length + 1) || 'latest'
  const which = digest === undefined ? `tag ${code(tag)}` : code(digest)
  if (reason.startsWith('ErrImageNeverPull'))
    return {
      what: `The image ${culprit} is not on the node.`,
      next: 'remove `imagePullPolicy: Never`, so that it is pulled',
    }
  return {
    what: `There is no image ${culprit}.`,
    next: `image ${which} is not in repository ${code(repository)}: did the build job push it? Push it, or name one that is there: ${code(`images: ${app}=${repository}:TAG`)}`,
  }
}

const noRegistry = ({ culprit, reason }: Facts): Advice =>
  /429|too ?many ?requests|rate limit/i.test(reason)
    ? {
        what: `The registry refuses to send ${culprit} that often.`,
        next: 'run the job again later; to be asked less, let the nodes log in (`imagePullSecrets`) or pull through a cache',
      }
    : {
        what: `The node cannot reach the registry of ${culprit}.`,
        next: 'run the job again; if it stays so, check the registry’s name and the nodes’ way to it (DNS, NAT, VPC endpoint)',
      }

const EXITS: Record<number, string> = {
  0: 'it ends by itself, as if it had done its work: a server has to keep running in the foreground',
  126: 'its command may not be executed: check the file’s mode and the user it runs as',
  127: 'its command was not found: check `command` and `args`',
  137: 'it was killed: does it end when it is asked to, and within its memory?',
  139: 'it broke down by itself (segmentation fault)',
}

const crash = ({ container, exit, restarts, why }: Facts): Advice => ({
  what: `Container ${container} starts and ends again: ${exitText(exit)}, ${restarts} restarts.`,
  next: `${EXITS[exit?.exitCode ?? 1] ?? why}; correct it and push again`,
})

const outOfMemory = ({ container, spec }: Facts): Advice => {
  const limit = spec.resources?.limits?.memory
  return {
    what: `Container ${container} needs more memory than ${limit === undefined ? 'it may have' : `its limit of ${limit}`} and was killed.`,
    next: 'raise its memory limit (`resources.limits.memory`), or make it use less',
  }
}

const probe = ({ container, spec, reason }: Facts): Advice => {
  const {
    httpGet,
    tcpSocket,
    timeoutSeconds = 1,
  } = spec.readinessProbe ?? spec.livenessProbe ?? spec.startupProbe ?? {}
  const named = (httpGet ?? tcpSocket)?.port
  const port = spec.ports?.find(({ name }) => name === named)?.containerPort ?? named ?? ''
  const path = httpGet?.path ?? ''
  const what = `Container ${container} runs, but its health check fails: ${reason}`
  if (/connection refused/.test(reason))
    return {
      what,
      next: `nothing listens on port ${port}: let the app listen on ${code(`0.0.0.0:${port}`)}, or correct the port`,
    }
  if (/deadline exceeded|timeout/i.test(reason))
    return {
      what,
      next: `${code(path)} on port ${port} does not answer within ${timeoutSeconds} s: see what it waits for`,
    }
  const answer = /statuscode: (\d+)/.exec(reason)?.[1]
  if (answer !== undefined)
    return {
      what,
      next: `let ${code(path)} on port ${port} answer 200 when the app is well (it answers ${answer}), or correct the path`,
    }
  return { what, next: 'see in its log what it waits for; if it only starts slowly, give the probe more time' }
}

const unschedulable = ({ app, reason }: Facts): Advice => {
  const short = [...new Set([...reason.matchAll(/Insufficient ([\w./-]*\w)/g)].map(([, what]) => what))].join(' and ')
  if (short !== '')
    return {
      what: `No node has enough ${short} left for ${app}.`,
      next: `ask for less ${short} (\`resources.requests\`), remove previews that nobody needs, or let the cluster have more nodes`,
    }
  return {
    what: `No node may run ${app}: ${reason}`,
    next: 'correct its `nodeSelector`, `affinity` or `tolerations`, or let the cluster have a node that fits',
  }
}

const quota = ({ culprit, reason, namespace }: Facts): Advice =>
  /failed quota/.test(reason)
    ? {
        what: `${culprit} wants every pod to say what it needs.`,
        next: `set what the message names under \`resources\`: ${reason}`,
      }
    : {
        what: `${culprit} leaves no room for another pod in namespace ${namespace}.`,
        next: 'close pull requests whose previews nobody needs, ask for less (replicas, resources), or have the quota raised',
      }

const ADVICE: Record<Cause, (facts: Facts) => Advice> = {
  MigrationFailed: ({ container, exit, object, why }) => ({
    what: `The migration ${object} did not succeed${exit === undefined ? '' : `: container ${container} ended with ${exitText(exit)}`}.`,
    next: `${why}. Correct it and push again: it runs again, and until then the version before goes on serving`,
  }),
  ServiceAccountMissing: ({ culprit }) => ({
    what: `${culprit} is not there.`,
    next: 'create it, or correct `serviceAccount` (`serviceAccountName` in a manifest)',
  }),
  QuotaExceeded: quota,
  PodSecurity: ({ namespace, reason }) => ({
    what: `Namespace ${namespace} does not allow pods like this one.`,
    next: `set what it asks for in the \`securityContext\`: ${reason.slice(reason.indexOf('": ') + 3)}`,
  }),
  AdmissionDenied: ({ culprit }) => ({
    what: `The cluster’s ${culprit} does not allow it.`,
    next: 'do as its message says, or ask those who run the cluster about it',
  }),
  PodsRefused: ({ object }) => ({
    what: `The API server refuses the pods of ${object}.`,
    next: 'see its message; if it is about a webhook that does not answer, ask those who run the cluster and run the job again',
  }),
  ConfigMissing: ({ app, reason, culprit }) => ({
    what: `What ${app} is configured with is missing: ${reason}.`,
    next: `${/has no key|non-existent/.test(reason) ? 'add it' : `create ${culprit}`}, or correct the name where it is used (\`secrets\` in .github/preview.yaml; \`env\`, \`envFrom\`, \`volumes\` in a manifest)`,
  }),
  ImageNameInvalid: ({ culprit }) => ({
    what: `${culprit} cannot be the name of an image.`,
    next: 'correct it: lower case, as in `registry/repository:tag`',
  }),
  ImageNotFound: noImage,
  ImageDenied: ({ culprit }) => ({
    what: `The node may not pull ${culprit}, or there is no such repository.`,
    next: 'check the name; let the nodes’ role (ECR) or `imagePullSecrets` read that repository',
  }),
  RegistryUnavailable: noRegistry,
  VolumeMissing: ({ culprit, reason }) => ({
    what: `A volume cannot be had: ${reason}`,
    next: `create ${culprit}, or correct its name; a driver that is not found has to be installed in the cluster`,
  }),
  VolumeUnavailable: ({ reason }) => ({
    what: `A volume cannot be used yet: ${reason}`,
    next: /multi-attach/i.test(reason)
      ? 'another pod has it on another node: let the old pod go first (`strategy: Recreate`), or use storage that several may mount'
      : 'see its message: the storage class, its driver or its zone does not fit',
  }),
  Unschedulable: unschedulable,
  StartFailed: ({ container, reason }) => ({
    what: `Container ${container} cannot be started: ${reason.slice(reason.indexOf(': ') + 2)}`,
    next: 'correct its command, args, securityContext or mounts: whatever the message names',
  }),
  InitContainerFailed: ({ container, exit, why }) => ({
    what: `Init container ${container} has to succeed before the app starts, but it ended with ${exitText(exit)}.`,
    next: `${why}; correct it, or what it waits for, and push again`,
  }),
  OutOfMemory: outOfMemory,
  CrashLoop: crash,
  JobFailed: ({ object, reason, why }) => ({
    what: `${object} did not succeed: ${reason}`,
    next: `${why}; correct it and push again`,
  }),
  PodFailed: ({ object, reason, why }) => ({
    what: `${object} failed: ${reason}`,
    next: `${why}; correct it and push again`,
  }),
  ProbeFailing: probe,
  BlockedByOtherIngress: ({ culprit, reason }) => ({
    what: `${culprit} is broken (${/ingress: \S+?: (.*)/.exec(reason)?.[1] ?? reason}), and all previews behind the same load balancer wait for it. Yours is not at fault.`,
    next: `ask the owner of ${culprit} to correct or delete it, then run the job again`,
  }),
  LoadBalancerFull: ({ reason }) => ({
    what: `The load balancer cannot take another preview: ${reason}`,
    next: 'close pull requests whose previews nobody needs, or have a second ingress class or a higher AWS quota set up',
  }),
  LoadBalancerRefused: ({ object, reason }) => ({
    what: `The load balancer of ${object} could not be set up: ${reason}`,
    next: 'correct what the message names; if it names nothing of yours, another Ingress of the group is at fault',
  }),
  Deleted: ({ object, reason }) => ({
    what: `${object} is gone: ${reason}.`,
    next: 'run the job again: it makes it anew',
  }),
  ControllerFailed: ({ object, reason }) => ({
    what: `The controller of ${object} reports a failure: ${reason}`,
    next: 'correct what it names and push again',
  }),
  ProgressDeadline: ({ object, reason }) => ({
    what: `${object} made no progress: ${reason}`,
    next: 'see the state of its pods; a slow start needs a longer `progressDeadlineSeconds`',
  }),
  NotReadyInTime: ({ object, reason }) => ({
    what: `${object} is not ready: ${reason}`,
    next: 'if it only needs longer, raise `wait-timeout`; else see what it waits for',
  }),
}
