import { expect, test } from 'vitest'
import { memberOf } from './members.ts'
import { rightsFor } from './preflight.ts'

const object = (apiVersion: string, kind: string, name = 'a') => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'previews' },
})
const asked = (...args: Parameters<typeof rightsFor>) =>
  rightsFor(...args).map(({ verb, kind }) => `${verb} ${kind.kind} ${kind.namespace}`)
const all = (kind: string) => ['get', 'list', 'create', 'patch', 'delete'].map((verb) => `${verb} ${kind} previews`)
const lists = (...kinds: string[]) => kinds.map((kind) => `list ${kind} previews`)

test('everything that is done with a kind, once', () => {
  expect(asked([object('v1', 'ConfigMap'), object('v1', 'ConfigMap', 'b')], [])).toEqual(all('ConfigMap'))
})

test('Secrets are never listed', () => {
  expect(asked([object('v1', 'Secret')], [])).toEqual(all('Secret').filter((right) => !right.startsWith('list')))
})

test('what waiting looks at, and what controllers make', () => {
  const waiting = lists('Pod', 'ReplicaSet', 'Event')
  expect(asked([object('apps/v1', 'Deployment')], [])).toEqual([...all('Deployment'), ...waiting])
  expect(asked([object('apps/v1', 'StatefulSet')], [])).toEqual([
    ...all('StatefulSet'),
    ...waiting,
    'list PersistentVolumeClaim previews',
    'delete PersistentVolumeClaim previews',
  ])
  expect(asked([object('networking.k8s.io/v1', 'Ingress')], [])).toEqual([
    ...all('Ingress'),
    'list TargetGroupBinding previews',
  ])
})

test('nothing about kinds that the environment has already, in whatever version', () => {
  const member = (apiVersion: string, uid?: string) =>
    memberOf({ apiVersion, kind: 'HorizontalPodAutoscaler', name: 'b' }, uid === undefined ? {} : { uid })
  const wanted = [object('autoscaling/v2', 'HorizontalPodAutoscaler')]
  expect(asked(wanted, [member('autoscaling/v1', 'u')])).toEqual([])
  // It was about to be created, and perhaps never was.
  expect(asked(wanted, [member('autoscaling/v2')])).toEqual(all('HorizontalPodAutoscaler'))
  expect(asked(wanted, [member('example.com/v1', 'u')])).toEqual(all('HorizontalPodAutoscaler'))
})
