import { expect, test } from 'vitest'
import { type Changes, inContainer, judge, pod } from './testing/sample.ts'

const containers = [{ name: 'web', image: 'registry.example/web:1' }]
const withVolume = (source: object): Changes => pod({ containers, volumes: [{ name: 'v', ...source }] })
const object = (apiVersion: string, kind: string, rest: object): Changes => ({
  more: [{ apiVersion, kind, metadata: { name: 'x' }, ...rest }],
})
const scaler = (target: object) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { scaleTargetRef: target } })

test.each<[string, Changes]>([
  ['of the build', inContainer({ envFrom: [{ configMapRef: { name: 'settings' } }] })],
  ['shared', inContainer({ envFrom: [{ secretRef: { name: 'mail' } }] })],
  ['shared, by its identity', pod({ serviceAccountName: 'logger' })],
  ['in every namespace', withVolume({ configMap: { name: 'kube-root-ca.crt' } })],
  ['every pod’s', pod({ serviceAccountName: 'default' })],
  [
    'optional',
    inContainer({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } }] }),
  ],
  ['of the build, to be scaled', scaler({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' })],
])('what is %s may be used', (_, changes) => expect(judge(changes).problems).toEqual([]))

const POD = 'spec.template.spec'
const CONTAINER = `${POD}.containers[web]`

test.each<[Changes, string, string]>([
  [
    inContainer({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    `Deployment/web: ${CONTAINER}.env[A].valueFrom.secretKeyRef`,
    'Secret/s',
  ],
  [
    inContainer({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] }),
    `Deployment/web: ${CONTAINER}.env[A].valueFrom.configMapKeyRef`,
    'ConfigMap/c',
  ],
  [
    inContainer({ envFrom: [{ secretRef: { name: 's' } }] }),
    `Deployment/web: ${CONTAINER}.envFrom[0].secretRef`,
    'Secret/s',
  ],
  [
    inContainer({ envFrom: [{ configMapRef: { name: 'c' } }] }),
    `Deployment/web: ${CONTAINER}.envFrom[0].configMapRef`,
    'ConfigMap/c',
  ],
  [
    pod({ containers, initContainers: [{ name: 'i', image: 'a:1', envFrom: [{ secretRef: { name: 's' } }] }] }),
    `Deployment/web: ${POD}.initContainers[i].envFrom[0].secretRef`,
    'Secret/s',
  ],
  [pod({ serviceAccountName: 'admin' }), `Deployment/web: ${POD}.serviceAccountName`, 'ServiceAccount/admin'],
  [pod({ imagePullSecrets: [{ name: 'pull' }] }), `Deployment/web: ${POD}.imagePullSecrets[0]`, 'Secret/pull'],
  [withVolume({ secret: { secretName: 's' } }), `Deployment/web: ${POD}.volumes[v].secret`, 'Secret/s'],
  [withVolume({ configMap: { name: 'c' } }), `Deployment/web: ${POD}.volumes[v].configMap`, 'ConfigMap/c'],
  [
    withVolume({ persistentVolumeClaim: { claimName: 'disk' } }),
    `Deployment/web: ${POD}.volumes[v].persistentVolumeClaim`,
    'PersistentVolumeClaim/disk',
  ],
  [
    withVolume({ projected: { sources: [{ configMap: { name: 'settings' } }, { secret: { name: 's' } }] } }),
    `Deployment/web: ${POD}.volumes[v].projected.sources[1].secret`,
    'Secret/s',
  ],
  [
    withVolume({ csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } }),
    `Deployment/web: ${POD}.volumes[v].csi.nodePublishSecretRef`,
    'Secret/s',
  ],
  [
    withVolume({ csi: { driver: 'd', volumeAttributes: { secretProviderClass: 'vault' } } }),
    `Deployment/web: ${POD}.volumes[v].csi.volumeAttributes.secretProviderClass`,
    'SecretProviderClass/vault',
  ],
  [
    withVolume({ cephfs: { monitors: ['m'], secretRef: { name: 's' } } }),
    `Deployment/web: ${POD}.volumes[v].cephfs.secretRef`,
    'Secret/s',
  ],
  [
    withVolume({
      ephemeral: {
        volumeClaimTemplate: { spec: { dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'theirs' } } },
      },
    }),
    `Deployment/web: ${POD}.volumes[v].ephemeral.volumeClaimTemplate.spec.dataSourceRef`,
    'PersistentVolumeClaim/theirs',
  ],
  [
    scaler({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'theirs' }),
    'HorizontalPodAutoscaler/x: spec.scaleTargetRef',
    'Deployment/theirs',
  ],
  [
    object('v1', 'ServiceAccount', { imagePullSecrets: [{ name: 'pull' }] }),
    'ServiceAccount/x: imagePullSecrets[0]',
    'Secret/pull',
  ],
  [
    object('v1', 'PersistentVolumeClaim', { spec: { volumeName: 'pv-7' } }),
    'PersistentVolumeClaim/x: spec.volumeName',
    'PersistentVolume/pv-7',
  ],
  [
    object('apps/v1', 'StatefulSet', {
      spec: {
        template: { spec: { containers } },
        volumeClaimTemplates: [
          { metadata: { name: 'd' }, spec: { dataSource: { kind: 'PersistentVolumeClaim', name: 'theirs' } } },
        ],
      },
    }),
    'StatefulSet/x: spec.volumeClaimTemplates[0].spec.dataSource',
    'PersistentVolumeClaim/theirs',
  ],
])('%j is refused', (changes, path, other) => {
  const [kind] = path.split('/')
  expect(judge(changes).problems).toEqual([
    {
      message: `${path} names ${other}, which is neither in the build nor shared with previews`,
      hint: `add it to the kustomization, or ask the platform team to add ${other} to shared-objects in the install ConfigMap`,
      file: `k8s/${kind}.yaml`,
    },
  ])
})
