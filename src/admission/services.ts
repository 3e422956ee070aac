import type { Exposure } from '../config-schema.ts'
import { type Finding, kindOf, type Rule } from './build.ts'
import { listOf, mapOf, shown } from './fields.ts'

/** A Service of a preview is reached in the cluster and by what `expose` of its app says, and in no other way. */
export const services: Rule = (object, { apps }) => {
  if (kindOf(object) !== 'Service') return []
  const { type = 'ClusterIP', externalName, externalIPs, clusterIP = '', ports } = mapOf(object.spec)
  const hasNodePort = listOf(ports).some((port) => (mapOf(port).nodePort ?? 0) !== 0)
  const exposure = EXPOSURE[shown(type)]
  const isExposed = apps.some(({ service, expose }) => service === object.metadata.name && expose === exposure)
  return [
    ...(exposure === undefined || isExposed ? [] : [exposed(shown(type))]),
    ...(isExposed && hasNodePort
      ? [
          {
            isWarning: true as const,
            message: 'spec.ports has a nodePort, which is left out: only one preview could have it',
            hint: 'Kubernetes gives each its own',
          },
        ]
      : []),
    ...(type === 'ExternalName' ? [elsewhere(shown(externalName))] : []),
    ...(listOf(externalIPs).length > 0
      ? [{ message: 'spec.externalIPs takes addresses of others', hint: 'remove it: the Ingress leads to the pods' }]
      : []),
    ...(clusterIP !== 'None' && clusterIP !== ''
      ? [
          {
            message: `spec.clusterIP is ${shown(clusterIP)}: only one preview can have that address`,
            hint: 'remove it: Kubernetes gives each its own',
          },
        ]
      : []),
    ...(type === 'ClusterIP' && hasNodePort
      ? [{ message: 'spec.ports has a nodePort, which a Service of type ClusterIP cannot have', hint: 'remove it' }]
      : []),
  ]
}

/** By type: the exposure it is for. */
const EXPOSURE: Record<string, Exposure> = { LoadBalancer: 'loadBalancer', NodePort: 'nodePort' }

const exposed = (type: string): Finding => ({
  message: `spec.type is ${type}, which would open the preview beside its Ingress`,
  hint: `write ClusterIP: the load balancer of the Ingress sends requests to the pods themselves; or say \`expose: ${EXPOSURE[type]}\` for the app whose Service it is`,
})

const elsewhere = (host: string): Finding => ({
  message: `spec.type is ExternalName: ${host} would get a name in the cluster from whoever writes a pull request`,
  hint: 'give the app that host in its settings instead',
})
