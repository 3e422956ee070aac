import type { V1Service } from '@kubernetes/client-node'
import type { Model, TargetGroup } from './model.ts'
import { loadBalancerName, targetGroupName } from './resource-names.ts'

/** The network load balancer of a Service of type LoadBalancer: a listener and a target group for each port. */
export const serviceModel = (service: V1Service, cluster: string): Model => {
  const { namespace = '', name = '', uid = '', annotations = {} } = service.metadata ?? {}
  const scheme =
    annotations['service.beta.kubernetes.io/aws-load-balancer-scheme'] === 'internet-facing'
      ? 'internet-facing'
      : 'internal'
  const targetGroups = (service.spec?.ports ?? []).map(
    ({ port }): TargetGroup => ({
      name: targetGroupName(namespace, name, [uid, port, 'TCP']),
      namespace,
      service: name,
      port,
      protocol: 'TCP',
      healthCheck: { path: '', intervalSeconds: 10 },
    }),
  )
  return {
    loadBalancer: { name: loadBalancerName(cluster, `${namespace}/${name}`, 'network'), type: 'network', scheme },
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
