import { CONFIG_PATH } from './config.ts'
import type { Exposure } from './config-schema.ts'
import type { Problem } from './errors.ts'
import { type Environment, hostOf } from './names.ts'
import type { Settings } from './settings.ts'

/** How people reach an app. */
export type Address = {
  /** Its name in DNS. */
  host: string
  url: string
  /** Path that answers 2xx when it is ready. */
  health: string
  /** What that name is to lead to: the load balancer of an object (named as before the placement's suffix), or one that was there. */
  leadsTo: { kind: 'Ingress' | 'Service'; name: string } | { kind: 'LoadBalancer'; hostname: string } | undefined
}

type Asked = {
  app: string
  expose: Exposure
  health: string | undefined
  ingress: string
  service: string
  /** That a load balancer of its own listens on. */
  port: number
}
type Decided = { environment: Environment; pullRequest: { number: number }; settings: Settings }

/** `undefined` for an app that nothing leads to. */
export const addressOf = (asked: Asked, decided: Decided): Address | undefined => {
  const { app, expose } = asked
  const { environment, pullRequest, settings } = decided
  if (expose === 'none') return undefined
  const { hostTemplate, urlTemplate, domain } = settings
  const host = hostOf(hostTemplate, { id: environment.id, app, pr: pullRequest.number, domain })
  const url = expose === 'loadBalancer' ? urlAt(host, asked.port) : urlTemplate.replace('{host}', host)
  return { host, url, health: asked.health ?? '/', leadsTo: leadsTo(asked, settings) }
}

/** Ports that a browser does not show. */
const urlAt = (host: string, port: number): string => {
  if (port === 443) return `https://${host}`
  return port === 80 ? `http://${host}` : `http://${host}:${port}`
}

const leadsTo = ({ expose, ingress, service }: Asked, { istio }: Settings): Address['leadsTo'] => {
  if (expose === 'loadBalancer') return { kind: 'Service', name: service }
  if (expose !== 'istio') return { kind: 'Ingress', name: ingress }
  return istio?.loadBalancer === undefined ? undefined : { kind: 'LoadBalancer', hostname: istio.loadBalancer }
}

/** A pull request may not open a load balancer, or a way round the one of all previews, by itself. */
export const exposureProblems = (app: string, expose: Exposure, settings: Settings): Problem[] => {
  const { allowedExposures, istio, dns } = settings
  const refused = (message: string, hint: string): Problem[] => [
    { message: `apps.${app} has \`expose: ${expose}\`, ${message}`, file: CONFIG_PATH, hint },
  ]
  if (expose === 'ingress' || expose === 'none') return []
  if (!allowedExposures.some((allowed) => allowed === expose))
    return refused(
      'which the install does not allow',
      `the platform team adds ${expose} to allowed-exposures in the install ConfigMap; or take it out`,
    )
  if (expose !== 'istio') return []
  if (istio === undefined)
    return refused('and the install names no Gateway', 'the platform team sets istio-gateway in the install ConfigMap')
  return dns === 'records' && istio.loadBalancer === undefined
    ? refused(
        'and the install does not say where its Gateway is reached',
        'the platform team sets istio-load-balancer in the install ConfigMap, or dns: none and a wildcard record',
      )
    : []
}
