import type { KubeObject } from '../cluster/cluster.ts'
import { action, conditions, read, targetsOf } from './action-annotations.ts'
import { type Build, type Finding, INGRESS, kindOf, type Rule } from './build.ts'
import { mapOf, shown } from './fields.ts'
import { serviceProblems } from './ingress-routes.ts'
import { TARGET_GROUP } from './target-group.ts'

const PREFIX = 'alb.ingress.kubernetes.io/'

/** The controller reads them from an Ingress, and those of a target group also from its Service. */
export const loadBalancerAnnotations: Rule = (object, build) => {
  if (![INGRESS, 'Service'].includes(kindOf(object))) return []
  return [...ofEach(object, build), ...hurried(object, build)]
}

const ofEach = (object: KubeObject, build: Build): Finding[] =>
  Object.entries(mapOf(object.metadata.annotations)).flatMap(([key, value]) => {
    const path = `metadata.annotations: ${key}`
    if (key === 'kubernetes.io/ingress.class')
      return [
        {
          message: `${path} goes past the IngressClass and what it demands`,
          hint: 'remove it: the action sets the class',
        },
      ]
    if (/^service\.(beta\.)?kubernetes\.io\/(aws-)?load-balancer/.test(key))
      return [
        {
          message: `${path} is for the load balancer of the app`,
          hint: 'remove it; the platform team sets it for all in load-balancer-annotations',
        },
      ]
    return key.startsWith(PREFIX) && build.ingressAnnotations[key] !== value
      ? ofTheLoadBalancer(path, key.slice(PREFIX.length), shown(value), build)
      : []
  })

/** AWS wants each answer before it asks again. A Service's are joined by those of its Ingress. */
const hurried = (object: KubeObject, { ingressAnnotations }: Build): Finding[] => {
  const isIngress = kindOf(object) === INGRESS
  const set = { ...mapOf(object.metadata.annotations), ...(isIngress ? ingressAnnotations : {}) }
  const [timeout, interval] = [TIMEOUT, INTERVAL].map((name) =>
    Number(set[PREFIX + name.key] ?? (isIngress ? name.usual : Number.NaN)),
  )
  if (timeout === undefined || interval === undefined || !(timeout >= interval)) return []
  return [
    {
      message: `metadata.annotations: ${PREFIX}${TIMEOUT.key} is ${timeout}, and ${INTERVAL.key} is ${interval}: AWS wants the answer before it asks again`,
      hint: 'lower the one or raise the other',
    },
  ]
}

/** What the controller asks for when nobody does. */
const TIMEOUT = { key: 'healthcheck-timeout-seconds', usual: 5 }
const INTERVAL = { key: 'healthcheck-interval-seconds', usual: 15 }

/** external-dns would write any name of its zones. */
export const dnsAnnotations: Rule = ({ metadata }) =>
  Object.keys(mapOf(metadata.annotations))
    .filter((key) => key.startsWith('external-dns.alpha.kubernetes.io/'))
    .map((key) => ({
      message: `metadata.annotations: ${key} asks for DNS names of its own`,
      hint: 'remove it: the action gives each app its name',
    }))

const ofTheLoadBalancer = (path: string, name: string, value: string, build: Build): Finding[] => {
  if (name.startsWith('actions.')) return ofAction(path, value, build)
  if (name.startsWith('conditions.')) {
    const found = read(conditions, value)
    return 'value' in found
      ? []
      : [{ message: `${path}: ${found.problem}`, hint: 'correct it; a condition on the host is not for previews' }]
  }
  const known = Object.hasOwn(TARGET_GROUP, name) ? TARGET_GROUP[name] : undefined
  if (known === undefined)
    return [
      {
        message: `${path} is for the load balancer that all previews share`,
        hint: 'remove it from the kustomization of previews; the platform team sets it for all in ingress-annotations',
      },
    ]
  return known.is(value) ? [] : [{ message: `${path} is ${value}`, hint: `write ${known.want}` }]
}

const ofAction = (path: string, value: string, build: Build): Finding[] => {
  const found = read(action, value)
  if ('problem' in found)
    return [
      {
        message: `${path}: ${found.problem}`,
        hint: 'correct it; an action of a preview forwards to Services of the build, redirects or gives a fixed response',
      },
    ]
  return targetsOf(found.value).flatMap(({ serviceName, servicePort }) =>
    serviceProblems(path, serviceName, /^\d+$/.test(shown(servicePort)) ? Number(servicePort) : servicePort, build),
  )
}
