import type { KubeObject } from '../cluster/cluster.ts'
import { CONFIG_PATH } from '../config.ts'
import { MOST_VALUES, PATH, routedServices, valuesIn } from './action-annotations.ts'
import { type Build, type Finding, find, INGRESS, kindOf, namesOf, type Rule } from './build.ts'
import { type Fields, listOf, mapOf, shown, textOf } from './fields.ts'

/**
 * All previews share a load balancer. What its controller cannot make sense of in one Ingress stops the changes of all of
 * them, and a rule without a host answers for everybody's.
 */
export const ingressRoutes: Rule = (object, build) => {
  if (kindOf(object) !== INGRESS) return []
  const hosts = new Set(rulesOf(object).flatMap(({ host }) => textOf(host) ?? []))
  return [
    ...(build.apps.some(({ ingress }) => ingress === object.metadata.name) ? [] : [nobodys()]),
    ...(mapOf(object.spec).defaultBackend === undefined ? [] : [catchAll()]),
    ...(hosts.size > 1 ? [manyHosts([...hosts])] : []),
    ...pathsOf(object).flatMap((one) => [...pathProblems(one, object), ...backendProblems(one, object, build)]),
  ]
}

const nobodys = (): Finding => ({
  message: 'is no app’s: it would answer for hosts that the action does not know',
  hint: `name it as \`ingress\` of an app in ${CONFIG_PATH}, or take it out of the kustomization`,
})

const catchAll = (): Finding => ({
  message: 'spec.defaultBackend answers for every host of the shared load balancer',
  hint: 'write it as the path / of a rule: the action gives every rule the host of the app',
})

const manyHosts = (hosts: string[]): Finding => ({
  message: `spec.rules are for ${hosts.length} hosts (${hosts.join(', ')}); an app has one`,
  hint: 'leave one, which the action replaces, and make another app and Ingress of the others',
})

const rulesOf = ({ spec }: KubeObject): Fields[] => listOf(mapOf(spec).rules).map(mapOf)

type Route = { path: string; fields: Fields }

const pathsOf = (ingress: KubeObject): Route[] =>
  rulesOf(ingress).flatMap(({ http }, rule) =>
    listOf(mapOf(http).paths).map((one, index) => ({
      path: `spec.rules[${rule}].http.paths[${index}]`,
      fields: mapOf(one),
    })),
  )

/** What AWS refuses in one rule stops the changes of all previews. */
const pathProblems = ({ path, fields }: Route, ingress: KubeObject): Finding[] => {
  const patterns = patternsOf(fields)
  const backend = shown(mapOf(mapOf(fields.backend).service).name ?? '')
  const values = 1 + patterns.length + valuesIn(ingress, backend)
  return [
    // Only ImplementationSpecific paths may have the load balancer's own wildcards.
    ...(fields.pathType !== 'ImplementationSpecific' && /[*?]/.test(shown(fields.path ?? ''))
      ? [
          {
            message: `${path}.path is ${shown(fields.path)}: the controller takes no wildcard in a path of type ${shown(fields.pathType)}`,
            hint: 'write pathType: ImplementationSpecific, or the path without it',
          },
        ]
      : []),
    ...(patterns.every((pattern) => PATH.test(pattern))
      ? []
      : [
          {
            message: `${path}.path is ${shown(fields.path)}, which an Application Load Balancer does not take`,
            hint: `write letters, digits and any of _-.$/~"'@:+& in at most 126 characters; it has no regular expressions`,
          },
        ]),
    ...(values > MOST_VALUES
      ? [
          {
            message: `${path} has ${values} values to compare in its host, path and conditions; an Application Load Balancer takes ${MOST_VALUES}`,
            hint: `take some out of alb.ingress.kubernetes.io/conditions.${backend}, or make another path of them`,
          },
        ]
      : []),
  ]
}

/** As the controller asks AWS for it. */
const patternsOf = ({ path, pathType }: Fields): string[] => {
  if (path === undefined) return []
  const text = shown(path)
  if (pathType !== 'Prefix') return [text]
  return text === '/' ? ['/*'] : [text, `${text.replace(/\/$/, '')}/*`]
}

const backendProblems = ({ path, fields }: Route, ingress: KubeObject, build: Build): Finding[] => {
  const { service, resource } = mapOf(fields.backend)
  if (resource !== undefined)
    return [
      { message: `${path}.backend is no Service`, hint: 'an Application Load Balancer sends requests to Services' },
    ]
  const { name, port } = mapOf(service)
  const wanted = mapOf(port).name ?? mapOf(port).number
  if (wanted === 'use-annotation')
    return hasAction(ingress, shown(name))
      ? []
      : [
          {
            message: `${path}.backend wants the annotation alb.ingress.kubernetes.io/actions.${shown(name)}, which is not there`,
            hint: 'add it, or name a Service and its port',
          },
        ]
  return serviceProblems(`${path}.backend`, name, wanted, build)
}

const hasAction = ({ metadata }: KubeObject, name: string): boolean =>
  Object.hasOwn(mapOf(metadata.annotations), `alb.ingress.kubernetes.io/actions.${name}`)

/** Without a Service the load balancer answers 503; without its port the controller stops. */
export const serviceProblems = (path: string, name: unknown, port: unknown, build: Build): Finding[] => {
  const service = typeof name === 'string' ? find(build, 'Service', name) : undefined
  if (service === undefined)
    return [
      {
        message: `${path} names the Service ${shown(name)}, which is not in the build`,
        hint: `it has ${namesOf(build, 'Service').join(', ') || 'none'}`,
      },
    ]
  return portsOf(service).includes(port)
    ? []
    : [
        {
          message: `${path} names the port ${shown(port)}, which Service/${shown(name)} does not have`,
          hint: `it has ${portsOf(service).map(shown).join(', ') || 'none'}`,
        },
      ]
}

const portsOf = ({ spec }: KubeObject): unknown[] =>
  listOf(mapOf(spec).ports)
    .map(mapOf)
    .flatMap(({ port, name }) => (name === undefined ? [port] : [port, name]))

/** Names of all Services that it sends requests to. */
export const backendsOf = (ingress: KubeObject): Set<unknown> =>
  new Set([
    ...pathsOf(ingress).map(({ fields }) => mapOf(mapOf(fields.backend).service).name),
    ...routedServices(ingress),
  ])
