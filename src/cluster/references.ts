import type { Live } from './cluster.ts'

/** Which ConfigMaps and Secrets a pod reads, wherever its spec can name one. Pure. */

type Named = { name?: string } | undefined
type Source = { configMap?: Named; secret?: Named }
type Volume = {
  configMap?: Named
  secret?: { secretName?: string }
  projected?: { sources?: Source[] }
  csi?: { nodePublishSecretRef?: Named }
}
type Container = {
  envFrom?: { configMapRef?: Named; secretRef?: Named }[]
  env?: { valueFrom?: { configMapKeyRef?: Named; secretKeyRef?: Named } }[]
}
type PodSpec = {
  volumes?: Volume[]
  containers?: Container[]
  initContainers?: Container[]
  ephemeralContainers?: Container[]
  imagePullSecrets?: Named[]
}

/** As `Kind/name`. */
export const readBy = (pod: Live): Set<string> => {
  const {
    volumes = [],
    containers = [],
    initContainers = [],
    ephemeralContainers = [],
    imagePullSecrets = [],
  } = pod.spec as PodSpec
  const all = [...initContainers, ...containers, ...ephemeralContainers]
  const env = all.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom))
  const envFrom = all.flatMap(({ envFrom = [] }) => envFrom)
  const sources = volumes.flatMap(({ projected }) => projected?.sources ?? [])
  const configMaps = [
    ...volumes.map(({ configMap }) => configMap?.name),
    ...sources.map(({ configMap }) => configMap?.name),
    ...envFrom.map(({ configMapRef }) => configMapRef?.name),
    ...env.map((from) => from?.configMapKeyRef?.name),
  ]
  const secrets = [
    ...volumes.flatMap(({ secret, csi }) => [secret?.secretName, csi?.nodePublishSecretRef?.name]),
    ...sources.map(({ secret }) => secret?.name),
    ...envFrom.map(({ secretRef }) => secretRef?.name),
    ...env.map((from) => from?.secretKeyRef?.name),
    ...imagePullSecrets.map((secret) => secret?.name),
  ]
  const keys = (kind: string, names: (string | undefined)[]) =>
    names.filter((name) => name !== undefined).map((name) => `${kind}/${name}`)
  return new Set([...keys('ConfigMap', configMaps), ...keys('Secret', secrets)])
}

/** One that has ended or is being deleted reads nothing any more: what it started with, it has. */
export const isReading = ({ metadata, status }: Live): boolean =>
  metadata.deletionTimestamp === undefined &&
  !['Succeeded', 'Failed'].includes((status as { phase?: string } | undefined)?.phase ?? '')
