import type { V1Ingress } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { keyOf } from './annotations.ts'
import { groupingOf } from './grouping.ts'

const classes = [
  { metadata: { name: 'alb' }, spec: { controller: 'ingress.k8s.aws/alb' } },
  { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } },
]
type Shape = {
  name?: string
  group?: string
  order?: string
  className?: string
  finalizers?: string[]
  deleted?: boolean
}
const ingress = ({ name = 'web', group = 'preview', order, className = 'alb', ...rest }: Shape): V1Ingress => ({
  metadata: {
    name,
    namespace: 'ns',
    annotations: {
      ...(group && { 'alb.ingress.kubernetes.io/group.name': group }),
      ...(order && { 'alb.ingress.kubernetes.io/group.order': order }),
    },
    finalizers: rest.finalizers ?? [],
    ...(rest.deleted && { deletionTimestamp: new Date(0) }),
  },
  spec: { ingressClassName: className },
})
const grouped = (...shapes: Shape[]) => {
  const { groups, failures } = groupingOf(shapes.map(ingress), classes)
  return {
    groups: groups.map(({ name, finalizer, members, leavers, blocked }) => ({
      name,
      finalizer,
      members: members.map(keyOf),
      leavers: leavers.map(keyOf),
      blocked,
    })),
    failures: failures.map(({ message }) => message),
  }
}
const MARK = 'group.ingress.k8s.aws/preview'

describe('Members', () => {
  test('are those of a class of this controller, in order of group.order, then name', () => {
    const { groups } = grouped(
      { name: 'b' },
      { name: 'a' },
      { name: 'z', order: '-5' },
      { name: 'x', className: 'nginx' },
    )
    expect(groups).toEqual([
      { name: 'preview', finalizer: MARK, members: ['ns/z', 'ns/a', 'ns/b'], leavers: [], blocked: undefined },
    ])
  })

  test('without group.name are groups of their own', () => {
    expect(grouped({ group: '' }).groups).toMatchObject([
      { name: 'ns/web', finalizer: 'ingress.k8s.aws/resources', members: ['ns/web'] },
    ])
  })

  test('may be named by the old annotation, which needs no class', () => {
    const old = ingress({ className: '' })
    old.metadata = {
      ...old.metadata,
      annotations: { ...old.metadata?.annotations, 'kubernetes.io/ingress.class': 'alb' },
    }
    expect(groupingOf([old], []).groups).toMatchObject([{ name: 'preview', leavers: [] }])
  })
})

describe('Leavers', () => {
  test('are deleted members', () => {
    expect(grouped({ finalizers: [MARK], deleted: true }).groups).toMatchObject([{ members: [], leavers: ['ns/web'] }])
  })

  test('of a changed group.name are taken in by the new group first', () => {
    expect(grouped({ group: 'next', finalizers: [MARK] }).groups).toMatchObject([
      { name: 'next', members: ['ns/web'], leavers: [] },
      { name: 'preview', members: [], leavers: ['ns/web'] },
    ])
  })

  test('are those whose class was changed away', () => {
    expect(grouped({ className: 'nginx', finalizers: [MARK] }).groups).toMatchObject([{ leavers: ['ns/web'] }])
  })
})

test.each([
  [{ group: 'No_Name' }, /^invalid ingress group: groupName must consist of lower case/],
  [{ group: 'x'.repeat(64) }, /^invalid ingress group: groupName must be no more than 63/],
  [{ className: 'nope' }, /^invalid ingress class: IngressClass.networking.k8s.io "nope" not found$/],
])('%j cannot be grouped, and leaves the group it is in', (shape, message) => {
  const { groups, failures } = grouped({ ...shape, finalizers: [MARK] })
  expect(failures).toEqual([expect.stringMatching(message)])
  expect(groups).toMatchObject([{ name: 'preview', members: [], leavers: ['ns/web'] }])
})

test.each(['first', '1001', '1.5'])('group.order %s blocks the whole group', (order) => {
  expect(grouped({ name: 'a' }, { name: 'b', order }).groups).toMatchObject([
    { blocked: `ns/b: group.order: ${order}` },
  ])
})
