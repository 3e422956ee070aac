import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { MANAGED_KINDS } from './kinds.ts'
import { judge } from './testing/sample.ts'

const object = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: 'x' } })

test.each([object('v1', 'ServiceAccount'), object('batch/v1', 'CronJob'), object('policy/v1', 'PodDisruptionBudget')])(
  '$kind of $apiVersion is admitted',
  (one) => expect(judge({ more: [one] }).problems).toEqual([]),
)

test.each([
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'belongs to the whole cluster', 'the platform team installs it once'],
  ['storage.k8s.io/v1', 'StorageClass', 'belongs to the whole cluster', 'the platform team installs it once'],
  [
    'apps/v1',
    'DaemonSet',
    'previews have no objects of the kind DaemonSet.apps',
    'add DaemonSet.apps to allowed-kinds',
  ],
  ['v1', 'Pod', 'previews have no objects of the kind Pod', 'add Pod to allowed-kinds'],
  // The kind that is managed is of another group.
  ['extensions/v1beta1', 'Ingress', 'previews have no objects of the kind Ingress.extensions', 'Ingress.extensions'],
  [
    'example.com/v1',
    'Deployment',
    'previews have no objects of the kind Deployment.example.com',
    'Deployment.example.com',
  ],
])('%s %s is refused', (apiVersion, kind, message, hint) => {
  expect(judge({ more: [object(apiVersion, kind)] }).problems).toEqual([
    {
      message: expect.stringMatching(`^${kind}/x: ${message}`),
      hint: expect.stringContaining(hint),
      file: `k8s/${kind}.yaml`,
    },
  ])
})

test('the platform team allows more, but nothing that belongs to the whole cluster', () => {
  const allowedKinds = ['Certificate.cert-manager.io', 'ClusterRole.rbac.authorization.k8s.io']
  expect(judge({ more: [object('cert-manager.io/v1', 'Certificate')] }, { allowedKinds }).problems).toEqual([])
  expect(
    judge({ more: [object('rbac.authorization.k8s.io/v1', 'ClusterRole')] }, { allowedKinds }).problems,
  ).toHaveLength(1)
})

test('a Namespace is told of where the preview has none of its own', () => {
  expect(judge({ more: [object('v1', 'Namespace')] }).warnings).toHaveLength(1)
  expect(judge({ more: [object('v1', 'Namespace')] }, { suffix: '' })).toEqual({ problems: [], warnings: [] })
})

/** Plural, as RBAC has it. */
const resourceOf = (kind: string): string => {
  const [name = '', ...group] = kind.toLowerCase().split('.')
  const plural = name.endsWith('s') ? `${name}es` : `${name}s`.replace(/ys$/, 'ies')
  return `${plural}.${group.join('.')}`
}

test('they are those that install/role.yaml lets the action make and delete', () => {
  const [, role] = parseAllDocuments(readFileSync('install/role.yaml', 'utf8')).map((document) => document.toJS())
  const managed = (role.rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[])
    .filter(({ verbs }) => ['create', 'patch', 'delete'].every((verb) => verbs.includes(verb)))
    .flatMap(({ apiGroups, resources }) => resources.map((resource) => `${resource}.${apiGroups[0]}`))
  expect(MANAGED_KINDS.map(resourceOf).sort()).toEqual(managed.sort())
})
