import type { KubeObject } from '../cluster/cluster.ts'
import { find, kindOf, type Rule } from './build.ts'
import { entriesOf, type Fields, listOf, mapOf, shown } from './fields.ts'
import { type PodSpec, podSpecsIn } from './pod-specs.ts'

/** An object names another one of the namespace. */
type Reference = { path: string; kind: string; name: unknown; optional?: unknown }

/** In every namespace. */
const GIVEN = ['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default']

/** What lies in the namespace is other people's, unless it is of this build or shared with previews. */
export const references: Rule = (object, build) =>
  referencesOf(object).flatMap(({ path, kind, name, optional }) => {
    if (typeof name !== 'string' || name === '' || optional === true) return []
    const [plain = ''] = kind.split('.')
    const shared = `${plain}/${name}`
    if (find(build, kind, name) !== undefined || [...GIVEN, ...build.sharedObjects].includes(shared)) return []
    return [
      {
        message: `${path} names ${shared}, which is neither in the build nor shared with previews`,
        hint: `add it to the kustomization, or ask the platform team to add ${shared} to shared-objects in the install ConfigMap`,
      },
    ]
  })

export const referencesOf = (object: KubeObject): Reference[] => [
  ...podSpecsIn(object).flatMap(ofPod),
  ...templates(object),
  ...(kindOf(object) === 'PersistentVolumeClaim' ? ofClaim('spec', object.spec) : []),
  ...(kindOf(object) === 'ServiceAccount' ? ofServiceAccount(object) : []),
  ...(kindOf(object) === 'HorizontalPodAutoscaler.autoscaling' ? [scaled(object)] : []),
]

const ofPod = ({ path, fields, containers }: PodSpec): Reference[] => [
  { path: `${path}.serviceAccountName`, kind: 'ServiceAccount', name: fields.serviceAccountName },
  { path: `${path}.serviceAccount`, kind: 'ServiceAccount', name: fields.serviceAccount },
  ...secretsOf(fields.imagePullSecrets, `${path}.imagePullSecrets`),
  ...entriesOf(fields.volumes, `${path}.volumes`).flatMap(ofVolume),
  ...containers.flatMap(ofContainer),
]

const secretsOf = (list: unknown, path: string): Reference[] =>
  listOf(list).map((one, index) => ({ path: `${path}[${index}]`, kind: 'Secret', name: mapOf(one).name }))

const ofContainer = ({ path, fields }: { path: string; fields: Fields }): Reference[] => [
  ...entriesOf(fields.env, `${path}.env`).flatMap(({ path, fields }) => {
    const { configMapKeyRef, secretKeyRef } = mapOf(fields.valueFrom)
    return [
      named('ConfigMap', configMapKeyRef, `${path}.valueFrom.configMapKeyRef`),
      named('Secret', secretKeyRef, `${path}.valueFrom.secretKeyRef`),
    ]
  }),
  ...listOf(fields.envFrom).flatMap((one, index) => [
    named('ConfigMap', mapOf(one).configMapRef, `${path}.envFrom[${index}].configMapRef`),
    named('Secret', mapOf(one).secretRef, `${path}.envFrom[${index}].secretRef`),
  ]),
]

const ofVolume = ({ path, fields }: { path: string; fields: Fields }): Reference[] => {
  const { secret, configMap, persistentVolumeClaim, projected, csi, ephemeral, ...others } = fields
  return [
    named('ConfigMap', configMap, `${path}.configMap`),
    { ...named('Secret', secret, `${path}.secret`), name: mapOf(secret).secretName },
    {
      path: `${path}.persistentVolumeClaim`,
      kind: 'PersistentVolumeClaim',
      name: mapOf(persistentVolumeClaim).claimName,
    },
    ...listOf(mapOf(projected).sources).flatMap((source, index) => [
      named('ConfigMap', mapOf(source).configMap, `${path}.projected.sources[${index}].configMap`),
      named('Secret', mapOf(source).secret, `${path}.projected.sources[${index}].secret`),
    ]),
    named('Secret', mapOf(csi).nodePublishSecretRef, `${path}.csi.nodePublishSecretRef`),
    {
      path: `${path}.csi.volumeAttributes.secretProviderClass`,
      kind: 'SecretProviderClass.secrets-store.csi.x-k8s.io',
      name: mapOf(mapOf(csi).volumeAttributes).secretProviderClass,
    },
    ...ofClaim(`${path}.ephemeral.volumeClaimTemplate.spec`, mapOf(mapOf(ephemeral).volumeClaimTemplate).spec),
    // Of file servers: cephfs, iscsi, rbd, azureFile …
    ...Object.entries(others).flatMap(([type, source]) => [
      named('Secret', mapOf(source).secretRef, `${path}.${type}.secretRef`),
      { path: `${path}.${type}.secretName`, kind: 'Secret', name: mapOf(source).secretName },
    ]),
  ]
}

const named = (kind: string, source: unknown, path: string): Reference => {
  const { name, optional } = mapOf(source)
  return { path, kind, name, optional }
}

const ofServiceAccount = ({ secrets, imagePullSecrets }: KubeObject): Reference[] => [
  ...secretsOf(secrets, 'secrets'),
  ...secretsOf(imagePullSecrets, 'imagePullSecrets'),
]

const scaled = ({ spec }: KubeObject): Reference => {
  const { apiVersion, kind, name } = mapOf(mapOf(spec).scaleTargetRef)
  const [group = '', version] = shown(apiVersion ?? '').split('/')
  return { path: 'spec.scaleTargetRef', kind: version === undefined ? shown(kind) : `${shown(kind)}.${group}`, name }
}

/** A claim may take over a volume, or copy another claim's data. */
const ofClaim = (path: string, spec: unknown): Reference[] => {
  const { volumeName, ...sources } = mapOf(spec)
  return [
    { path: `${path}.volumeName`, kind: 'PersistentVolume', name: volumeName },
    ...['dataSource', 'dataSourceRef'].map((key) => {
      const { kind, apiGroup, name } = mapOf(sources[key])
      return { path: `${path}.${key}`, kind: apiGroup ? `${shown(kind)}.${shown(apiGroup)}` : shown(kind), name }
    }),
  ]
}

const templates = ({ spec }: KubeObject): Reference[] =>
  listOf(mapOf(spec).volumeClaimTemplates).flatMap((template, index) =>
    ofClaim(`spec.volumeClaimTemplates[${index}].spec`, mapOf(template).spec),
  )
