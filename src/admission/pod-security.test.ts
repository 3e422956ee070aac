import { describe, expect, test } from 'vitest'
import { ADMITTED, FORBIDDEN } from './testing/pods.ts'
import { judge, pod } from './testing/sample.ts'

test.each(ADMITTED)('%s is admitted', (_, spec) => expect(judge(pod(spec)).problems).toEqual([]))

describe('is refused:', () => {
  test.each(FORBIDDEN.map(([spec, message]) => ({ spec, message })))('$message', ({ spec, message }) => {
    expect(judge(pod(spec)).problems).toContainEqual({
      message: `Deployment/web: spec.template.spec.${message}, which Pod Security baseline forbids`,
      hint: 'remove it: the namespace of previews admits no such pod',
      file: 'k8s/Deployment.yaml',
    })
  })
})

test('an unmasked /proc is refused to the users of the node', () => {
  const spec = { containers: [{ name: 'web', image: 'a:1', securityContext: { procMount: 'Unmasked' } }] }
  expect(judge(pod(spec)).problems.map(({ message }) => message)).toEqual([
    'Deployment/web: spec.template.spec.containers[web].securityContext.procMount is Unmasked, which Pod Security baseline forbids',
  ])
})

test('whatever kind has the template', () => {
  const spec = { containers: [{ name: 'c', image: 'a:1' }], hostPID: true }
  const cron = { spec: { jobTemplate: { spec: { template: { spec } } } } }
  const { problems } = judge({
    more: [{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'night' }, ...cron }],
  })
  expect(problems.map(({ message }) => message)).toEqual([
    'CronJob/night: spec.jobTemplate.spec.template.spec.hostPID is true, which Pod Security baseline forbids',
  ])
})
