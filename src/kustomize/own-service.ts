import { listOf, mapOf } from '../admission/fields.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import type { Exposed, OverlayInstall } from './exposure.ts'

/** People's Service, of the type that what leads to its app needs. Ports of the nodes are Kubernetes' to give: a preview is not the only one. */
export const exposedService = (
  service: KubeObject,
  { config: { expose } }: Exposed,
  install: OverlayInstall,
): KubeObject => {
  if (expose !== 'loadBalancer' && expose !== 'nodePort') return service
  const spec = mapOf(service.spec)
  const ports = listOf(spec.ports).map((port) => {
    const { nodePort: _, ...rest } = mapOf(port)
    return rest
  })
  if (expose === 'nodePort') return { ...service, spec: { ...spec, type: 'NodePort', ports } }
  return {
    ...service,
    metadata: {
      ...service.metadata,
      annotations: {
        'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing',
        // Straight to the pods: the only type that works on Fargate.
        'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
        ...service.metadata.annotations,
        ...install.loadBalancerAnnotations,
      },
    },
    // Without the class Kubernetes' own controller may take the Service, and make a Classic Load Balancer.
    spec: { ...spec, type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', ports },
  }
}
