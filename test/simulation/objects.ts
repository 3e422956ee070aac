import type { KubeObject, Live } from '../../src/cluster/cluster.ts'
import { environmentOf, LABEL, labelsOf } from '../../src/names.ts'
import type { MemoryServer } from './memory-server.ts'
import type { Random } from './random.ts'

/** What the runs of a simulation want, and what is none of theirs. */

export const NAMESPACE = 'previews'
export const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/login' }, true)

type Make = (version: number) => Omit<KubeObject, 'metadata'>

const template = (version: number) => ({ spec: { containers: [{ name: 'web', image: `web:${version}` }] } })

/** By name: one of every way in which the engine treats an object. */
const MAKERS: Record<string, Make> = {
  settings: (version) => ({ apiVersion: 'v1', kind: 'ConfigMap', data: { version: String(version) } }),
  key: (version) => ({ apiVersion: 'v1', kind: 'Secret', stringData: { version: String(version) } }),
  web: (version) => ({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: template(version) } }),
  front: (version) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec: { class: `alb-${version}` } }),
  disk: (version) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: { storage: `${version}Gi` } }),
  reader: (version) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    rules: [{ verbs: [`v${version}`] }],
  }),
  migrate: (version) => ({ apiVersion: 'batch/v1', kind: 'Job', spec: { template: template(version) } }),
}

const object = (name: string, version: number): KubeObject => {
  const metadata = { name, namespace: NAMESPACE, labels: labelsOf(environment) }
  return { ...MAKERS[name]?.(version), metadata } as KubeObject
}

/** Few at a time: then runs meet on the same ones. */
export const someNames = (random: Random): string[] => {
  const names = Object.keys(MAKERS)
  return names.filter(() => random.below(names.length) < 3)
}

/** What one commit wants: some of them, each in one of two versions; about half as in the commit `like`. */
export const manifest = (random: Random, names: readonly string[], like?: Manifest): Manifest =>
  Object.fromEntries(
    names.map((name) => [name, like && random.chance(50) ? like[name] : random.oneOf([undefined, 1, 2])]),
  )

/** Version by name. */
export type Manifest = Record<string, number | undefined>

export const objectsOf = (manifest: Manifest): KubeObject[] =>
  Object.entries(manifest).flatMap(([name, version]) => (version === undefined ? [] : [object(name, version)]))

/** Names and labels like ours, on what is not ours. */
export const plantForeign = (server: MemoryServer): Live[] => {
  const { [LABEL.part]: _, ...half } = labelsOf(environment)
  const otherPart = { ...labelsOf(environment), [LABEL.part]: '8' }
  const plant = (apiVersion: string, kind: string, name: string, labels: Record<string, string>): Live =>
    server.create({ apiVersion, kind, metadata: { name, namespace: NAMESPACE, labels } })
  return [
    plant('v1', 'ConfigMap', 'copied-labels', labelsOf(environment)),
    plant('v1', 'ConfigMap', 'other-part', otherPart),
    plant('v1', 'ConfigMap', 'eks-preview.other', {}),
    plant('v1', 'Secret', 'web', half),
    plant('v1', 'Service', 'web', {}),
    plant('apps/v1', 'Deployment', 'front', otherPart),
    server.create({
      ...object('settings', 1),
      metadata: { name: 'settings', namespace: 'elsewhere', labels: otherPart },
    }),
  ]
}
