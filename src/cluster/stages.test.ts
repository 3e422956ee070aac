import { describe, expect, test } from 'vitest'
import { applyStages, REMOVAL, removalStage } from './stages.ts'

test('what workloads read is there before them; an Ingress goes beside them', () => {
  const kinds = ['Deployment', 'Ingress', 'Service', 'Secret', 'Job', 'ConfigMap', 'Widget']
  expect(applyStages(kinds, (kind) => kind)).toEqual([
    ['Service', 'Secret', 'ConfigMap'],
    ['Deployment', 'Ingress', 'Job', 'Widget'],
  ])
})

test('a stage of nothing is none', () => {
  expect(applyStages(['Deployment'], (kind) => kind)).toEqual([['Deployment']])
  expect(applyStages([], String)).toEqual([])
})

describe('removal', () => {
  const at = (kind: string, spec?: unknown) => REMOVAL.indexOf(removalStage({ kind, spec }))

  test.each([
    ['HorizontalPodAutoscaler', 'Deployment'],
    ['CronJob', 'Job'],
    ['Ingress', 'Service'],
    ['TargetGroupBinding', 'Service'],
    ['Secret', 'Deployment'],
    ['Secret', 'Pod'],
    ['StatefulSet', 'PersistentVolumeClaim'],
    ['Deployment', 'ConfigMap'],
    ['Deployment', 'Service'],
  ])('%s before %s', (early, late) => {
    expect(at(early)).toBeLessThan(at(late))
  })

  test('a Service is traffic only as a load balancer', () => {
    expect(removalStage({ kind: 'Service', spec: { type: 'LoadBalancer' } })).toBe('traffic')
    expect(removalStage({ kind: 'Service', spec: { type: 'ClusterIP' } })).toBe('rest')
  })
})
