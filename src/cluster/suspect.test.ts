import { expect, test } from 'vitest'
import { live } from '../../test/pod-samples.ts'
import { rootsOf, type Suspect } from './suspect.ts'

const suspect = (name: string, rest: Partial<Suspect>, kind = 'Deployment'): Suspect => ({
  object: live(kind, name),
  pods: [],
  cause: 'NotReadyInTime',
  reason: '',
  ...rest,
})
const told = (...suspects: Suspect[]) =>
  rootsOf(suspects).map(({ suspect, also }) => [suspect.cause, suspect.object.metadata.name, ...also])

test('what is missing to several is one cause', () => {
  const missing = { cause: 'ConfigMissing', culprit: 'Secret/previews/db' } as const
  const other = { cause: 'ConfigMissing', culprit: 'Secret/previews/mail' } as const
  expect(told(suspect('a', missing), suspect('b', missing), suspect('c', other))).toEqual([
    ['ConfigMissing', 'a', 'Deployment/previews/b'],
    ['ConfigMissing', 'c'],
  ])
})

test('several that crash by themselves are several causes', () => {
  expect(told(suspect('a', { cause: 'CrashLoop' }), suspect('b', { cause: 'CrashLoop' }))).toHaveLength(2)
})

test('what explains more comes first', () => {
  const late = suspect('web', {}, 'Ingress')
  expect(told(late, suspect('web', { cause: 'CrashLoop' }), suspect('m', { cause: 'MigrationFailed' }))).toEqual([
    ['MigrationFailed', 'm'],
    ['CrashLoop', 'web'],
    ['NotReadyInTime', 'web'],
  ])
})

test('an Ingress of ours that blocks others of ours is the one cause', () => {
  const blocked = { cause: 'BlockedByOtherIngress', culprit: 'Ingress/previews/bad' } as const
  const ingresses = [
    suspect('good', blocked, 'Ingress'),
    suspect('bad', { cause: 'LoadBalancerRefused' }, 'Ingress'),
    suspect('fine', blocked, 'Ingress'),
  ]
  expect(told(...ingresses)).toEqual([['LoadBalancerRefused', 'bad', 'Ingress/previews/good', 'Ingress/previews/fine']])
})
