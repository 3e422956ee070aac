import { createHash } from 'node:crypto'

/** AWS allows 32 characters: `k8s-` + 8 + `-` + 8 + `-` + 10. */
const digest = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 10)

const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '')

/** `stack` is a group's name or `namespace/name`; `identity` is whatever would need another load balancer when it changes. */
export const loadBalancerName = (cluster: string, stack: string, identity: string): string => {
  const [first = '', second] = stack.split('/')
  const hash = digest([cluster, stack, identity])
  if (second === undefined) return `k8s-${plain(first).slice(0, 17)}-${hash}`
  return `k8s-${plain(first).slice(0, 8)}-${plain(second).slice(0, 8)}-${hash}`
}

/** `identity` is whatever would need another target group when it changes. */
export const targetGroupName = (namespace: string, service: string, identity: readonly (string | number)[]): string =>
  `k8s-${plain(namespace).slice(0, 8)}-${plain(service).slice(0, 8)}-${digest([namespace, service, ...identity])}`
