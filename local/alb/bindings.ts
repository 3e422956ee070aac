import { createHash } from 'node:crypto'
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Network } from './elb.ts'
import { nodeTargets, readyTargets, serviceNamed, type Target } from './endpoints.ts'
import type { Recorder } from './events.ts'
import { isGone, type Kubernetes, type TargetGroupBinding, type World } from './kubernetes.ts'
import type { Model } from './model.ts'

const BINDING_FINALIZER = 'elbv2.k8s.aws/resources'

export type BindingTools = { kubernetes: Kubernetes; elb: ElasticLoadBalancingV2Client; record: Recorder }

const setTargets = async (
  elb: ElasticLoadBalancingV2Client,
  group: string,
  wanted: readonly Target[],
): Promise<void> => {
  const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }))
  const present = TargetHealthDescriptions.map(({ Target = { Id: undefined } }) => Target)
  const same = (one: TargetDescription, { address, port }: Target) => one.Id === address && one.Port === port
  const gone = present.filter((target) => !wanted.some((candidate) => same(target, candidate)))
  const fresh = wanted.filter((candidate) => !present.some((target) => same(target, candidate)))
  // First out, then in: the emulator knows a target by its address alone.
  if (gone.length > 0) await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: gone }))
  if (fresh.length === 0) return
  const Targets = fresh.map(({ address, port }) => ({ Id: address, Port: port }))
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets }))
}

const ifPresent = async (work: Promise<void>): Promise<void> => {
  await work.catch((error: Error) => {
    if (!isGone(error) && error.name !== 'TargetGroupNotFoundException') throw error
  })
}

/** Takes the targets out and lets the object go. */
const release = async ({ kubernetes, elb }: BindingTools, binding: TargetGroupBinding): Promise<void> => {
  await ifPresent(setTargets(elb, binding.spec.targetGroupARN, []))
  const { resourceVersion: _, ...metadata } = binding.metadata ?? {}
  const finalizers = binding.metadata?.finalizers?.filter((finalizer) => finalizer !== BINDING_FINALIZER) ?? []
  await ifPresent(kubernetes.setFinalizers({ ...binding, metadata }, finalizers))
}

/** What the outcome of a reconcile depends on: unless it changes, there is nothing to do. */
export const bindingInputs = (binding: TargetGroupBinding, world: World): string => {
  const { generation, deletionTimestamp } = binding.metadata ?? {}
  return JSON.stringify([generation, deletionTimestamp, targetsOf(binding, world) ?? null])
}

const targetsOf = ({ metadata, spec }: TargetGroupBinding, world: World): Target[] | undefined => {
  const { services, slices, nodes } = world
  const service = serviceNamed(services, metadata?.namespace, spec.serviceRef.name)
  if (!service) return undefined
  const { port } = spec.serviceRef
  return spec.targetType === 'ip' ? readyTargets(service, port, slices) : nodeTargets(service, port, nodes)
}

/** Registers the Service's ready pods with the target group. */
export const reconcileBinding = async (
  tools: BindingTools,
  binding: TargetGroupBinding,
  world: World,
): Promise<void> => {
  const { kubernetes, elb, record } = tools
  const { deletionTimestamp, finalizers = [], name } = binding.metadata ?? {}
  if (deletionTimestamp) return release(tools, binding)
  if (!finalizers.includes(BINDING_FINALIZER))
    await kubernetes.setFinalizers(binding, [...finalizers, BINDING_FINALIZER])
  const targets = targetsOf(binding, world)
  await setTargets(elb, binding.spec.targetGroupARN, targets ?? [])
  if (!targets) {
    const service = JSON.stringify(binding.spec.serviceRef.name)
    return record(binding, 'Warning', 'BackendNotFound', `backend not found: Service ${service} not found`)
  }
  const checkpoint = createHash('sha256').update(JSON.stringify(targets)).digest('base64url')
  const timestamp = String(Math.floor(Date.now() / 1000))
  const annotations = { 'elbv2.k8s.aws/checkpoint': checkpoint, 'elbv2.k8s.aws/checkpoint-timestamp': timestamp }
  await kubernetes.setAnnotations(binding, annotations)
  await kubernetes.setBindingStatus(binding)
  await record(binding, 'Normal', 'SuccessfullyReconciled', `Successfully reconciled ${name}`)
}

const STACK_LABELS = { ingress: 'ingress.k8s.aws/stack', service: 'service.k8s.aws/stack' } as const
export type StackKind = keyof typeof STACK_LABELS

/** A label's value has no slash; a stack of one object is told by its namespace as well. */
const labelsOf = (kind: StackKind, stack: string): Record<string, string> => {
  const [first = '', second] = stack.split('/')
  if (second === undefined) return { [STACK_LABELS[kind]]: first }
  return { [`${STACK_LABELS[kind]}-namespace`]: first, [`${STACK_LABELS[kind]}-name`]: second }
}

const isOf = (binding: TargetGroupBinding, kind: StackKind, stack: string): boolean =>
  Object.entries(labelsOf(kind, stack)).every(([label, value]) => binding.metadata?.labels?.[label] === value)

/** Creates the bindings the model wants. */
export const ensureBindings = async (
  { kubernetes }: BindingTools,
  { kind, stack, model, arns }: { kind: StackKind; stack: string; model: Model; arns: ReadonlyMap<string, string> },
  world: World,
  { vpcId }: Network,
): Promise<void> => {
  for (const { name, namespace, service, port, protocol, targetType } of model.targetGroups) {
    if (world.bindings.some(({ metadata }) => metadata?.namespace === namespace && metadata.name === name)) continue
    await kubernetes.createBinding({
      metadata: { name, namespace, labels: labelsOf(kind, stack) },
      spec: {
        serviceRef: { name: service, port },
        targetGroupARN: arns.get(name) ?? '',
        targetType,
        targetGroupProtocol: protocol,
        vpcID: vpcId,
        ipAddressType: 'ipv4',
      },
    })
  }
}

/** Deletes the stack's bindings the model does not name, and sees them gone. */
export const sweepBindings = async (
  tools: BindingTools,
  kind: StackKind,
  stack: string,
  model: Model | undefined,
  world: World,
): Promise<void> => {
  const wanted = new Set(model?.targetGroups.map(({ name }) => name))
  for (const binding of world.bindings.filter((candidate) => isOf(candidate, kind, stack))) {
    if (wanted.has(binding.metadata?.name ?? '')) continue
    await ifPresent(tools.kubernetes.deleteBinding(binding))
    await release(tools, binding)
  }
}
