import type { V1Service } from '@kubernetes/client-node'
import { ModelError } from './annotations.ts'
import { awsRefusal } from './elb-client.ts'
import type { World } from './kubernetes.ts'
import { isBalanced, serviceModel } from './service-model.ts'
import { deploy, mark, type StackTools, unmark } from './stack.ts'

const FINALIZER = 'service.k8s.aws/resources'

/** The Services that have or had a load balancer. */
export const balancedServices = (services: readonly V1Service[]): V1Service[] =>
  services.filter((service) => isBalanced(service) || service.metadata?.finalizers?.includes(FINALIZER))

export const serviceInputs = ({ metadata, spec }: V1Service): string =>
  JSON.stringify([metadata?.uid, metadata?.deletionTimestamp, metadata?.annotations, spec?.type, spec?.ports])

/** A Service of type LoadBalancer has a network load balancer of its own. */
export const reconcileService = async (
  tools: StackTools,
  service: V1Service,
  world: World,
): Promise<'done' | 'failed'> => {
  const wanted = isBalanced(service)
  const stack = `${service.metadata?.namespace}/${service.metadata?.name}`
  try {
    const model = wanted ? serviceModel(service, tools.cluster) : undefined
    if (wanted) await mark(tools, [service], FINALIZER)
    const hostname = await deploy(tools, { kind: 'service', stack, model }, world)
    if (wanted) await tools.kubernetes.setServiceAddress(service, hostname)
  } catch (error) {
    if (error instanceof ModelError) {
      await tools.record(service, 'Warning', 'FailedBuildModel', `Failed build model due to ${error.message}`)
      return 'failed'
    }
    const refusal = awsRefusal(error)
    if (refusal === undefined) throw error
    await tools.record(service, 'Warning', 'FailedDeployModel', `Failed deploy model due to ${refusal}`)
    return 'failed'
  }
  if (wanted) await tools.record(service, 'Normal', 'SuccessfullyReconciled', 'Successfully reconciled')
  else await unmark(tools, [service], FINALIZER)
  return 'done'
}
