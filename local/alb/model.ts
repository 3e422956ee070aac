import type { HealthCheck, TargetType } from './annotations.ts'

/** What a stack (an Ingress group or a Service) wants in ELBv2; plain data, compared with what is there. */
export type Model = { loadBalancer: LoadBalancer; listeners: Listener[]; targetGroups: TargetGroup[] }
export type LoadBalancer = { name: string; type: 'application' | 'network'; scheme: 'internal' | 'internet-facing' }
export type Listener = {
  port: number
  protocol: 'HTTP' | 'HTTPS' | 'TCP'
  certificates: string[]
  fallback: Action
  /** In the order of their priority, which starts at 1. */
  rules: Rule[]
}
/** Empty `hosts` or `paths` match everything. */
export type Rule = { hosts: string[]; paths: string[]; action: Action }
export type Action = { forward: string } | { status: number; body: string }
export type TargetGroup = {
  name: string
  namespace: string
  service: string
  port: number | string
  protocol: 'HTTP' | 'TCP'
  targetType: TargetType
  /** Each target is registered with a port of its own: this one counts for none, and is 1 for pods. */
  defaultPort: number
  healthCheck: HealthCheck
}
