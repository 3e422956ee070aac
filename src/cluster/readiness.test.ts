import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Kind, Live, Metadata } from './cluster.ts'
import { groupOf } from './members.ts'
import { hasState, RULES, readiness } from './readiness.ts'
import { isJobComplete, isJobFailed } from './readiness-workloads.ts'
import type { Readiness } from './verdict.ts'

/** A state of an object, with what stands above all cases of its kind where it says nothing else. */
type State = {
  metadata?: Partial<Metadata>
  spec?: object
  status?: object
  /** Milliseconds; without it the object is as old as may be. */
  age?: number
  bindings?: { name: string; generation: number; spec: object; status: object }[]
}
type Verdict = 'ready' | { ready: string } | { notYet: string } | { failed: string }
type Table = Kind & State & { cases: (State & { when: string; is: Verdict })[] }

const GENERATION = 2
const FOLDER = join(import.meta.dirname, 'readiness-cases')

const tables = readdirSync(FOLDER).map(
  (file): Table => parse(readFileSync(join(FOLDER, file), 'utf8'), { merge: true }),
)

const object = ({ apiVersion, kind }: Kind, { metadata, spec, status }: State = {}): Live => ({
  apiVersion,
  kind,
  metadata: {
    name: 'web',
    namespace: 'previews',
    uid: 'u',
    resourceVersion: '9',
    generation: GENERATION,
    ...metadata,
  },
  ...(spec === undefined ? {} : { spec }),
  ...(status === undefined ? {} : { status }),
})

const binding = ({ name, generation, ...rest }: NonNullable<State['bindings']>[number]): Live =>
  object(
    { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding' },
    { ...rest, metadata: { name, generation } },
  )

const verdictOf = (verdict: Verdict): Readiness => {
  if (verdict === 'ready') return { ready: true }
  if ('ready' in verdict) return { ready: true, note: verdict.ready }
  return 'notYet' in verdict ? { ready: false, reason: verdict.notYet } : { failed: true, reason: verdict.failed }
}

describe.each(tables)('$kind', ({ cases, ...above }) => {
  test.each(cases)('$when', ({ is, when: _, ...state }) => {
    const { bindings = [], age = Infinity, ...content } = { ...above, ...state }
    const context = { generation: GENERATION, bindings: bindings.map(binding), age }
    expect(readiness(object(above, content), context)).toEqual(verdictOf(is))
  })
})

test('every kind that has a rule has a table, and custom resources have one', () => {
  const kinds = tables.map((table) => `${groupOf(table)}/${table.kind}`)
  expect(kinds.toSorted()).toEqual([...Object.keys(RULES), 'example.com/Widget'].toSorted())
})

const kindOf = (apiVersion: string, kind: string): Kind => ({ apiVersion, kind })

test.each([
  kindOf('v1', 'ConfigMap'),
  kindOf('v1', 'ServiceAccount'),
  kindOf('rbac.authorization.k8s.io/v1', 'Role'),
  kindOf('networking.k8s.io/v1', 'NetworkPolicy'),
])('nothing is to be waited for of a $kind', (kind) => {
  expect(hasState(object(kind))).toBe(false)
})

test.each([
  object(kindOf('apps/v1', 'Deployment')),
  object(kindOf('v1', 'ResourceQuota'), { status: {} }),
  object(kindOf('example.com/v1', 'Widget')),
  object(kindOf('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler')),
  object(kindOf('v1', 'ConfigMap'), { metadata: { annotations: { 'eks-preview/ready': '{.data.filled}' } } }),
])('something is to be waited for of a $kind', (live) => {
  expect(hasState(live)).toBe(true)
})

const yes = (type: string) => ({ type, status: 'True' })
const no = (type: string) => ({ type, status: 'False' })

test.each([
  { conditions: [yes('Complete')], complete: true, hasFailed: false },
  { conditions: [yes('FailureTarget')], complete: false, hasFailed: true },
  { conditions: [no('Failed')], complete: false, hasFailed: false },
])('the end of a Job: %j', ({ conditions, complete, hasFailed }) => {
  const job = object(kindOf('batch/v1', 'Job'), { status: { conditions } })
  expect(isJobComplete(job)).toBe(complete)
  expect(isJobFailed(job)).toBe(hasFailed)
})
