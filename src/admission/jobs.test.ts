import { expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

const NAME = { 'app.kubernetes.io/name': 'shop' }
const COMPONENT = { 'app.kubernetes.io/component': 'migration' }

const job = (labels: object, { name = 'prepare', args = ['prepare'], pods = {} } = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, labels },
  spec: {
    template: {
      metadata: { labels: pods },
      spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.example/web:1', args }] },
    },
  },
})
/** What is said of it beside a Deployment with these labels. */
const warned = (one: object, labels: object = {}) => {
  const { problems, warnings } = judge({ Deployment: { metadata: { labels } }, more: [one] })
  expect(problems).toEqual([])
  return warnings.map(({ message }) => message)
}
const BESIDE = 'looks like a migration, but is started at the same time as the workloads'

test.each([
  ['a Job that is none', job({}), {}],
  ['one that its app waits for', job({ ...NAME, ...COMPONENT }, { name: 'migrate' }), NAME],
])('%s is admitted without a word', (_, one, labels) => expect(warned(one, labels)).toEqual([]))

test('a Job that migrates and does not say so is told of', () => {
  expect(warned(job(NAME, { args: ['bin/rails', 'db:migrate'] }), NAME)).toEqual([`Job/prepare: ${BESIDE}`])
  expect(warned(job({}, { name: 'app-migrator' }))).toEqual([`Job/app-migrator: ${BESIDE}`])
})

test.each([
  ['without a name', COMPONENT, NAME],
  ['of another app', { ...NAME, ...COMPONENT }, { 'app.kubernetes.io/name': 'other' }],
])('a migration %s holds nothing back', (_, labels, others) =>
  expect(warned(job(labels), others)).toEqual([
    'Job/prepare: is a migration that nothing waits for: no workload has its app.kubernetes.io/name',
  ]),
)

test('a Service that finds the pods of a Job is told of', () => {
  expect(warned(job({}, { pods: { app: 'web', tier: 'job' } }))).toEqual([
    'Service/web: spec.selector also finds the pods of Job/prepare: requests go to them while they run',
  ])
  expect(warned(job({}, { pods: { app: 'job' } }))).toEqual([])
})
