import { setTimeout as pause } from 'node:timers/promises'
import type { KubernetesObject } from '@kubernetes/client-node'
import { type BindingTools, ensureBindings, type StackKind, sweepBindings } from './bindings.ts'
import { applyModel, type Network, sweepLoadBalancers, sweepTargetGroups } from './elb.ts'
import { isGone, type World } from './kubernetes.ts'
import type { Model } from './model.ts'

export type StackTools = BindingTools & {
  network: Network
  cluster: string
  /** How long a finished load balancer waits for its status. */
  statusDelayMs: number
}

/** Makes ELBv2 and the bindings what the model says, or nothing where there is none; returns the hostname. */
export const deploy = async (
  tools: StackTools,
  { kind, stack, model }: { kind: StackKind; stack: string; model: Model | undefined },
  world: World,
): Promise<string> => {
  const id = `${kind}/${stack}`
  const applied = model && (await applyModel(tools.elb, id, model, tools.network))
  if (model && applied) await ensureBindings(tools, { kind, stack, model, arns: applied.arns }, world, tools.network)
  await sweepLoadBalancers(tools.elb, id, model)
  await sweepBindings(tools, kind, stack, model, world)
  await sweepTargetGroups(tools.elb, id, model)
  if (applied && tools.statusDelayMs > 0) await pause(tools.statusDelayMs)
  return applied?.hostname ?? ''
}

export const mark = async (
  { kubernetes }: BindingTools,
  objects: KubernetesObject[],
  finalizer: string,
): Promise<void> => {
  for (const object of objects) {
    const finalizers = object.metadata?.finalizers ?? []
    if (!finalizers.includes(finalizer)) await kubernetes.setFinalizers(object, [...finalizers, finalizer])
  }
}

export const unmark = async (
  { kubernetes }: BindingTools,
  objects: KubernetesObject[],
  finalizer: string,
): Promise<void> => {
  for (const object of objects) {
    const finalizers = (object.metadata?.finalizers ?? []).filter((other) => other !== finalizer)
    await kubernetes.setFinalizers(object, finalizers).catch((error) => {
      if (!isGone(error)) throw error
    })
  }
}
