import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { until } from '../../local/stack/until.ts'
import { poolOf } from '../e2e/database-home.ts'
import { awsDump, namespaceDump } from '../e2e/dump.ts'
import { type Action, close, type Lane, pullOf, step } from './lane.ts'

/** What must not be there, or must not have changed. */
export class Found extends Error {
  readonly kind: 'leaked' | 'stale'
  readonly lines: readonly string[]
  constructor(kind: 'leaked' | 'stale', lines: readonly string[]) {
    super(`${kind}:\n${lines.join('\n')}`)
    this.kind = kind
    this.lines = lines
  }
}

/** Everything of the lane's previews that exists in the cluster, in the zone, at the load balancers and in the pool. */
const left = async (lane: Lane): Promise<string[]> => {
  const { namespace, stack } = lane.home
  const objects = await namespaceDump(namespace)
  const inAws = await awsDump(stack.aws)
  const targetGroup = `targetgroup/k8s-${namespace.replace('-', '').slice(0, 8)}-app`
  const id = pullOf(lane).id?.slice(0, 4) ?? ''
  return [
    ...objects.filter((line) => !GIVEN.test(line)),
    ...(await leasesIn(lane)),
    // A target group's name has eight characters of the namespace and of the Service, `app1-<id>`.
    ...inAws.filter((line) => line.includes(namespace) || (line.includes(targetGroup) && line.includes(id))),
  ]
}

/** What is there before the first preview, and stays. */
const GIVEN = /^(ConfigMap\/(kube-root-ca\.crt|eks-preview\.(install|pool\.default))|ServiceAccount\/default) /

const leasesIn = async (lane: Lane): Promise<string[]> => {
  if (!lane.hasDatabase) return []
  const { slots, queue } = await poolOf(lane.home)
  return [...Object.values(slots).filter(({ state }) => state !== 'free'), ...queue].map((one) => JSON.stringify(one))
}

/** Kubernetes collects what a late request has created; the load balancer controller follows. */
export const nothingLeft = async (lane: Lane): Promise<void> => {
  let last: string[] = []
  await until('nothing to be left', 10, async () => {
    last = await left(lane)
    return last.length === 0
  }).catch((cause) => {
    if (last.length === 0) throw cause
    throw new Found('leaked', last)
  })
}

/** Like a teardown's run, with nothing left by whoever ran before it. */
export const removed = async (lane: Lane): Promise<void> => {
  const pull = pullOf(lane)
  close(lane)
  const { result } = await step(lane, 'closed')
  assert.deepEqual([result.exit, result.outputs.status], [0, 'removed'])
  assert.deepEqual(shownFor(lane, 'success', 'in_progress', 'pending'), [])
  for (const { body } of lane.home.comments(pull.number)) assert.match(body, /🧹 \*\*Removed/)
  pull.isLive = false
  await nothingLeft(lane)
}

/** GitHub's deployments of the preview that are in one of these states. */
const shownFor = ({ home, pull }: Lane, ...states: string[]) =>
  home
    .deployments()
    .filter(({ task }) => task === `preview:${pull?.id?.slice(0, 12)}`)
    .map(({ state }) => String(state ?? 'pending'))
    .filter((state) => states.includes(state))

export const deployed = async (lane: Lane, action: Action): Promise<void> => {
  const pull = pullOf(lane)
  const { result } = await step(lane, action)
  assert.deepEqual([result.exit, result.outputs.status], [0, 'live'])
  pull.isLive = true
  assert.deepEqual(shownFor(lane, 'success', 'in_progress', 'pending'), ['success'])
  await isServed(lane, result.outputs.url)
}

/** By the head commit, and the one comment says so. */
const isServed = async (lane: Lane, url = ''): Promise<void> => {
  const { number, sha } = pullOf(lane)
  const answer = await fetch(`${url}/healthz`)
  assert.deepEqual([answer.status, answer.headers.get('x-commit')], [200, sha])
  const bodies = lane.home.comments(number).map(({ body }) => body)
  assert.equal(bodies.length, 1)
  assert.match(bodies[0] ?? '', new RegExp(`Preview is live.* · ${sha.slice(0, 7)}`))
}

/** What runs write of the preview: all but what controllers make of it, and the record, which says who was the last. */
const written = async ({ home }: Lane): Promise<string[]> => {
  const objects = await namespaceDump(home.namespace)
  const records = await home.records()
  return [
    ...objects.filter(
      (line) => /^(ConfigMap|Service|Deployment|Ingress)/.test(line) && !line.includes('/eks-preview.'),
    ),
    ...records.map((record) => JSON.stringify(record)).sort(),
  ]
}

/** Once no controller writes any status any more. */
export const writtenAtRest = async (lane: Lane): Promise<string[]> =>
  await until('the controllers to come to rest', 60, async () => {
    const before = await namespaceDump(lane.home.namespace)
    await sleep(1_000)
    return isDeepStrictEqual(await namespaceDump(lane.home.namespace), before) ? await written(lane) : undefined
  })

/** `isLate`: may have been made late, for the next run to remove. */
export const nothingStale = async (
  lane: Lane,
  before: readonly string[],
  isLate: (line: string) => boolean,
): Promise<void> => {
  const after = await written(lane)
  const changed = [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line) && !isLate(line)).map((line) => `+ ${line}`),
  ]
  if (changed.length > 0) throw new Found('stale', changed)
}

/** Phase, commit and whether its run has ended, as the environment's record says it. */
export const recordOf = async ({ home }: Lane) => {
  const text = await kubectl(['get', 'configmaps', '-n', home.namespace, '-l', 'eks-preview/record', '-o', 'json'])
  const [record] = JSON.parse(text).items as { data: { record: string } }[]
  if (record === undefined) return undefined
  return JSON.parse(record.data.record) as { phase: string; released: boolean; sha?: string }
}
