import { adviceFor } from '../src/cluster/advice.ts'
import type { Cause } from '../src/cluster/causes.ts'
import { type Diagnosis, Unready } from '../src/cluster/diagnose.ts'
import { crashed, ended, live, pod, status } from './pod-samples.ts'

/** What the diagnosis of a preview that does not become ready looks like, one of each kind that looks different. */

const REPOSITORY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/app1'
const IMAGE = `${REPOSITORY}:def5678c0ffee0ddba11cafe5eed5ca1ab1e0123`
const NOT_FOUND = `${IMAGE}: not found`

const at = '2026-11-21T11:34:40Z'
const event = (about: string, reason: string, message: string, count = 1) => ({ about, reason, message, count, at })

export const failures = (short: string) => {
  const name = `app1-${short}`
  const subject = `Deployment/previews/${name}`
  const podName = `${name}-6d5f8c7b9-x2x9q`
  const chain = [subject, `ReplicaSet/previews/${name}-6d5f8c7b9`, `Pod/previews/${podName}`]
  const object = live('Deployment', name, { metadata: { labels: { 'app.kubernetes.io/name': 'app1' } } })
  const row = { pod: podName, name: 'app1', restarts: 0 }

  const diagnosis = (
    cause: Cause,
    reason: string,
    { suspect, ...rest }: Partial<Diagnosis> & { suspect?: Partial<Parameters<typeof adviceFor>[0]> },
  ): Diagnosis => {
    const { culprit } = rest
    const blamed = { object, pods: [], cause, reason, container: 'app1', ...(culprit && { culprit }), ...suspect }
    const base = { app: 'app1', subject, also: [], chain, containers: [], events: [], logs: [], missing: [] }
    return { ...base, ...adviceFor(blamed, rest.logs?.[0]?.lines ?? []), cause, reason, ...rest }
  }

  const image = diagnosis('ImageNotFound', `ImagePullBackOff: ${NOT_FOUND}`, {
    culprit: IMAGE,
    container: 'app1',
    containers: [{ ...row, state: 'waiting', reason: 'ImagePullBackOff' }],
    events: [event(`Pod/${podName}`, 'Failed', NOT_FOUND, 2)],
  })
  const crash = diagnosis('CrashLoop', 'crashed 3 times, exit code 1', {
    suspect: { pod: pod(crashed(3, ended(1), 'app1')) },
    container: 'app1',
    containers: [{ ...row, state: 'waiting', reason: 'CrashLoopBackOff', exitCode: 1, restarts: 3 }],
    events: [
      event(`Pod/${podName}`, 'BackOff', `Back-off restarting failed container app1 in pod ${podName}_previews`, 9),
    ],
    logs: [
      {
        pod: podName,
        container: 'app1',
        previous: true,
        lines: [
          'listening on 0.0.0.0:3000',
          'connecting to postgres://shop:***@db-07:5432/preview_07',
          'PG::UndefinedTable: relation "sessions" does not exist',
          '    at Session.load (/app/lib/session.js:41:11)',
          'exiting with code 1',
        ],
      },
    ],
  })
  const quota = diagnosis(
    'QuotaExceeded',
    `pods "${name}-6d5f8c7b9-" is forbidden: exceeded quota: previews, requested: pods=1, used: pods=60, limited: pods=60`,
    {
      culprit: 'ResourceQuota/previews/previews',
      also: [`Deployment/previews/admin-${short}`],
      chain: [subject],
      events: [
        event(
          `ReplicaSet/${name}-6d5f8c7b9`,
          'FailedCreate',
          `Error creating: pods "${name}-6d5f8c7b9-" is forbidden: exceeded quota: previews, requested: pods=1, used: pods=60, limited: pods=60`,
          12,
        ),
      ],
    },
  )
  const readinessProbe = { httpGet: { path: '/healthz', port: 3000 } }
  const probe = diagnosis('ProbeFailing', 'Readiness probe failed: HTTP probe failed with statuscode: 500', {
    suspect: {
      pod: pod({ containerStatuses: [status({ running: {} })] }, { containers: [{ name: 'app1', readinessProbe }] }),
    },
    container: 'app1',
    progress: '0 of 1 pods ready',
    file: 'k8s/overlays/preview/deployment.yaml',
    containers: [{ ...row, state: 'running', reason: 'not ready' }],
    events: [
      event(`Pod/${podName}`, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 500', 118),
    ],
    missing: [`the log of container app1 of Pod/previews/${podName}: not read within 20 s`],
  })
  const blocked = diagnosis(
    'BlockedByOtherIngress',
    'FailedBuildModel: Failed build model due to ingress: pr-4/web: unknown targetType: bogus',
    {
      subject: `Ingress/previews/${name}`,
      culprit: 'Ingress/pr-4/web',
      chain: [`Ingress/previews/${name}`],
      events: [
        event(
          `Ingress/${name}`,
          'FailedBuildModel',
          'Failed build model due to ingress: pr-4/web: unknown targetType: bogus',
          7,
        ),
      ],
    },
  )
  const unready = (code: 'RolloutFailed' | 'TimedOut', ...diagnoses: Diagnosis[]) => ({
    failure: Object.assign(new Unready(code, diagnoses, 600_000), { step: 'Wait until ready' }),
    diagnoses,
  })
  return {
    image: unready('RolloutFailed', image),
    crash: unready('RolloutFailed', crash),
    quota: unready('RolloutFailed', quota),
    late: unready('TimedOut', probe),
    blocked: unready('RolloutFailed', blocked),
    many: unready('RolloutFailed', image, { ...crash, app: 'admin' }, quota, blocked),
  }
}
