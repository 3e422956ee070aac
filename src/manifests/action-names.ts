import type { KubeObject } from '../cluster/cluster.ts'
import { changedMaps } from './fields.ts'

/** `actions.web` and `conditions.web` belong to the Service web, or to a backend of that name with port `use-annotation`. */
const OF_SERVICE = /^(?<prefix>alb\.ingress\.kubernetes\.io\/(?:actions|conditions)\.)(?<service>.+)$/

/** The load-balancer controller's annotations with the names that the build's Services have by now, in keys and in JSON. */
export const withActionNames = (object: KubeObject, services: ReadonlySet<string>, suffix: string): KubeObject => {
  const { annotations } = object.metadata
  if (annotations === undefined || object.kind !== 'Ingress') return object
  const renamed = (name: string) => (services.has(name) ? `${name}${suffix}` : name)
  const entries = Object.entries(annotations).map(([key, value]) => {
    const { prefix, service } = OF_SERVICE.exec(key)?.groups ?? {}
    return prefix === undefined || service === undefined
      ? [key, value]
      : [`${prefix}${renamed(service)}`, withServiceNames(value, renamed)]
  })
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(entries) } }
}

const withServiceNames = (text: string, renamed: (name: string) => string): string => {
  try {
    return JSON.stringify(
      changedMaps(JSON.parse(text), (map) =>
        typeof map.serviceName === 'string' ? { ...map, serviceName: renamed(map.serviceName) } : map,
      ),
    )
  } catch {
    return text // not JSON: admission has said so
  }
}
