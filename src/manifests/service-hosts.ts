import { kindOf } from '../admission/build.ts'
import { listOf, mapOf, shown, textOf } from '../admission/fields.ts'
import { type KubeObject, refOf } from '../cluster/cluster.ts'
import type { Sources } from '../cluster/diagnose.ts'
import { keyOf } from '../cluster/members.ts'
import { CONFIG_PATH } from '../config.ts'
import type { Problem } from '../errors.ts'
import { type Found, type ServiceHost, withHosts } from './host-text.ts'
import { withTexts } from './texts.ts'

/**
 * Services of the build that a text still addresses by the name, or in the namespace, that they had before our overlay.
 */
export const hostProblems = (
  objects: readonly KubeObject[],
  asWritten: readonly KubeObject[],
  suffix: string,
  sources: Sources = new Map(),
): Problem[] => {
  const services = servicesOf(objects, asWritten, suffix)
  return objects.flatMap((object) => {
    const problems: Problem[] = []
    const file = sources.get(keyOf(refOf(object)))?.file
    rewritten(object, services, ({ service, from, to }, path) => {
      problems.push({
        message: `${object.kind}/${object.metadata.name}: ${path} addresses the Service ${service} as ${from}, a host that no preview has`,
        hint: `it is ${to} there: set rewriteServiceHosts: true in ${CONFIG_PATH}, and the text says so`,
        ...(file === undefined ? {} : { file }),
      })
    })
    return problems
  })
}

/** The objects with exactly the changes that `hostProblems` proposes. */
export const withRewrittenHosts = (
  objects: readonly KubeObject[],
  asWritten: readonly KubeObject[],
  suffix: string,
): KubeObject[] => {
  const services = servicesOf(objects, asWritten, suffix)
  return objects.map((object) => rewritten(object, services, () => {}))
}

const rewritten = (
  object: KubeObject,
  services: readonly ServiceHost[],
  tell: (found: Found, path: string) => void,
): KubeObject =>
  withTexts(object, (text, before, path) =>
    services.reduce((said, service) => {
      const { text, found } = withHosts(said, before, service)
      for (const one of new Map(found.map((one) => [one.from, one])).values()) tell(one, path)
      return text
    }, text),
  )

const servicesOf = (
  objects: readonly KubeObject[],
  asWritten: readonly KubeObject[],
  suffix: string,
): ServiceHost[] => {
  const sets = asWritten.filter((object) => kindOf(object) === 'StatefulSet.apps')
  return asWritten
    .filter((object) => kindOf(object) === 'Service')
    .map(({ metadata, spec }) => {
      const { name, namespace = 'default' } = metadata
      const now = objects.find((object) => kindOf(object) === 'Service' && object.metadata.name === `${name}${suffix}`)
      const ports = listOf(mapOf(spec).ports).flatMap((port) => [mapOf(port).port, mapOf(port).targetPort])
      return {
        name,
        namespace,
        ports: new Set(ports.map((port) => shown(port))),
        sets: sets.filter((set) => textOf(mapOf(set.spec).serviceName) === name).map((set) => set.metadata.name),
        now: { suffix, namespace: now?.metadata.namespace },
      }
    })
}
