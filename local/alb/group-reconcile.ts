import type { V1Ingress } from '@kubernetes/client-node'
import { ModelError } from './annotations.ts'
import { awsRefusal } from './elb-client.ts'
import type { Group } from './grouping.ts'
import { ingressModel } from './ingress-model.ts'
import type { Address, World } from './kubernetes.ts'
import type { Model } from './model.ts'
import { deploy, mark, type StackTools, unmark } from './stack.ts'

export type GroupTools = StackTools & { toleratesMissingService: boolean }

/** What the outcome of a reconcile depends on: unless it changes, there is nothing to do. */
export const groupInputs = ({ members, leavers, finalizer }: Group, { services }: World): string => {
  const seen = ({ metadata, spec }: V1Ingress) => [metadata?.uid, metadata?.generation, metadata?.annotations, spec]
  const namespaces = new Set(members.map(({ metadata }) => metadata?.namespace))
  const near = services.filter(({ metadata }) => namespaces.has(metadata?.namespace))
  const backends = near.map(({ metadata, spec }) => [metadata?.uid, metadata?.name, spec?.ports])
  return JSON.stringify([members.map(seen), leavers.map(({ metadata }) => metadata?.uid), finalizer, backends])
}

const failed = async (tools: GroupTools, group: Group, reason: string, message: string): Promise<'failed'> => {
  for (const ingress of group.members) await tools.record(ingress, 'Warning', reason, message)
  return 'failed'
}

const modelOf = (group: Group, world: World, tools: GroupTools): Model | undefined | ModelError => {
  if (group.members.length === 0) return undefined
  try {
    return ingressModel(group.name, group.members, { ...tools, services: world.services })
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
}

const hasAddress = (ingress: V1Ingress, { hostname, ports }: Address): boolean => {
  const [present] = ingress.status?.loadBalancer?.ingress ?? []
  return (
    present?.hostname === hostname &&
    present.ports?.map(({ port }) => port).join() === ports.map(({ port }) => port).join()
  )
}

/** One shared load balancer made as its members say, or, when one of them is wrong, left as it is for all of them. */
export const reconcileGroup = async (tools: GroupTools, group: Group, world: World): Promise<'done' | 'failed'> => {
  await mark(tools, group.members, group.finalizer)
  const model = modelOf(group, world, tools)
  if (model instanceof ModelError) {
    return failed(tools, group, 'FailedBuildModel', `Failed build model due to ${model.message}`)
  }
  let hostname: string
  try {
    hostname = await deploy(tools, { kind: 'ingress', stack: group.name, model }, world)
  } catch (error) {
    const refusal = awsRefusal(error)
    if (refusal === undefined) throw error
    return failed(tools, group, 'FailedDeployModel', `Failed deploy model due to ${refusal}`)
  }
  const address = { hostname, ports: (model?.listeners ?? []).map(({ port }) => ({ port, protocol: '' })) }
  for (const ingress of group.members) {
    if (!hasAddress(ingress, address)) await tools.kubernetes.setIngressAddress(ingress, address)
  }
  for (const ingress of group.members) {
    await tools.record(ingress, 'Normal', 'SuccessfullyReconciled', 'Successfully reconciled')
  }
  await unmark(tools, group.leavers, group.finalizer)
  return 'done'
}
