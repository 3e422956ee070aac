import type { V1Service } from '@kubernetes/client-node'
import { ModelError, type TargetType } from './annotations.ts'
import type { Model, TargetGroup } from './model.ts'
import { loadBalancerName, targetGroupName } from './resource-names.ts'

/** Of the Services that are the controller's. */
export const LOAD_BALANCER_CLASS = 'service.k8s.aws/nlb'

const annotation = ({ metadata }: V1Service, name: string): string | undefined =>
  metadata?.annotations?.[`service.beta.kubernetes.io/aws-load-balancer-${name}`]

/** Whether the Service is to have a load balancer of ours: by its class, or else by annotations of older days. */
export const isBalanced = (service: V1Service): boolean => {
  const { metadata, spec } = service
  if (spec?.type !== 'LoadBalancer' || metadata?.deletionTimestamp) return false
  if (spec.loadBalancerClass) return spec.loadBalancerClass === LOAD_BALANCER_CLASS
  const type = annotation(service, 'type')
  if (type === 'nlb-ip') return true
  return type === 'external' && ['ip', 'instance'].includes(annotation(service, 'nlb-target-type') ?? '')
}

const targetTypeOf = (service: V1Service): TargetType => {
  const type = annotation(service, 'nlb-target-type')
  return annotation(service, 'type') === 'nlb-ip' || type === 'ip' ? 'ip' : 'instance'
}

const schemeOf = (service: V1Service): 'internal' | 'internet-facing' => {
  const scheme = annotation(service, 'scheme') ?? 'internal'
  if (scheme === 'internal' || scheme === 'internet-facing') return scheme
  throw new ModelError(`unknown scheme: ${scheme}`)
}

/** The network load balancer of a Service of type LoadBalancer: a listener and a target group for each port. */
export const serviceModel = (service: V1Service, cluster: string): Model => {
  const { namespace = '', name = '', uid = '' } = service.metadata ?? {}
  const scheme = schemeOf(service)
  const targetType = targetTypeOf(service)
  const targetGroups = (service.spec?.ports ?? []).map(({ port, nodePort }): TargetGroup => {
    const defaultPort = targetType === 'ip' ? 1 : nodePort
    if (!defaultPort) throw new ModelError('unable to support instance target type with an unallocated NodePort')
    return {
      name: targetGroupName(namespace, name, [uid, port, 'TCP', targetType, defaultPort]),
      namespace,
      service: name,
      port,
      protocol: 'TCP',
      targetType,
      defaultPort,
      healthCheck: { path: '', intervalSeconds: 10 },
    }
  })
  return {
    loadBalancer: {
      name: loadBalancerName(cluster, `${namespace}/${name}`, `${uid} ${scheme}`),
      type: 'network',
      scheme,
    },
    listeners: targetGroups.map((group) => ({
      port: Number(group.port),
      protocol: 'TCP',
      certificates: [],
      fallback: { forward: group.name },
      rules: [],
    })),
    targetGroups,
  }
}
