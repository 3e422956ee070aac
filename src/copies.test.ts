import { expect, test } from 'vitest'
import { live } from '../test/pod-samples.ts'
import type { KubeObject, Live, Ref } from './cluster/cluster.ts'
import { copiesOf } from './copies.ts'
import { environmentOf } from './names.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'main' }, true)
const claim = {
  environment,
  namespace: 'previews-0123456789ab',
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'previews', name: 'record' },
}
const there: Record<string, Live> = {
  'Secret/mail': { ...live('Secret', 'mail'), data: { KEY: 'eA==' } },
  'Secret/registry': { ...live('Secret', 'registry'), type: 'kubernetes.io/dockerconfigjson', data: {} },
  'ServiceAccount/robot': {
    ...live('ServiceAccount', 'robot', {
      metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn', other: 'x' } },
    }),
    imagePullSecrets: [{ name: 'registry' }],
  },
}
const get = async ({ kind, name, namespace }: Ref) => (namespace === 'previews' ? there[`${kind}/${name}`] : undefined)
const ALL = ['Secret/mail', 'Secret/registry', 'Secret/gone', 'ServiceAccount/robot']

const pods = (spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [], ...spec } } },
})
const reading = (name: string, more: object = {}) =>
  pods({ containers: [{ name: 'web', envFrom: [{ secretRef: { name, ...more } }] }] })
const copied = async (objects: KubeObject[], shared = ALL) =>
  (await copiesOf({ get }, claim, objects, shared)).map(({ kind, metadata }) => `${kind}/${metadata.name}`)

test('what is used and shared is copied, with what makes it what it is', async () => {
  const labels = expect.objectContaining({ 'eks-preview/env': environment.id })
  expect(await copiesOf({ get }, claim, [pods({ serviceAccountName: 'robot' })], ['ServiceAccount/robot'])).toEqual([
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'robot',
        namespace: 'previews-0123456789ab',
        labels,
        annotations: { 'eks.amazonaws.com/role-arn': 'arn' },
      },
      imagePullSecrets: [{ name: 'registry' }],
    },
  ])
  expect(await copied([reading('mail')], [])).toEqual([])
})

test('a ServiceAccount comes with the Secrets that pull its images, unless the build brings them', async () => {
  const account = pods({ serviceAccountName: 'robot' })
  expect(await copied([account])).toEqual(['ServiceAccount/robot', 'Secret/registry'])
  const own: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'registry' } }
  expect(await copied([account, own])).toEqual(['ServiceAccount/robot'])
  expect(await copied([account, pods({ imagePullSecrets: [{ name: 'registry' }] })])).toEqual([
    'ServiceAccount/robot',
    'Secret/registry',
  ])
})

test('what is shared but not there is an error, unless nobody needs it', async () => {
  await expect(copied([reading('gone')])).rejects.toMatchObject({
    code: 'NotFound',
    problems: [{ message: 'Secret/gone is shared, but does not exist in namespace previews' }],
  })
  expect(await copied([reading('gone', { optional: true })])).toEqual([])
})
