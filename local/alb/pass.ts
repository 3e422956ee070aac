import { bindingInputs, reconcileBinding } from './bindings.ts'
import type { Recorder } from './events.ts'
import { type GroupTools, groupInputs, reconcileGroup } from './group-reconcile.ts'
import { groupingOf } from './grouping.ts'
import type { World } from './kubernetes.ts'
import { balancedServices, reconcileService, serviceInputs } from './service-reconcile.ts'
import { workMemory } from './work-memory.ts'

export type PassTools = GroupTools & { recordBinding: Recorder; log(line: string): void }
type Work = { key: string; inputs: string; run(): Promise<'done' | 'failed'> }

const stackWork = (tools: PassTools, world: World): Work[] => {
  const { groups, failures } = groupingOf(world.ingresses, world.classes)
  const loadFailures = failures.map(
    ({ ingress, message }): Work => ({
      key: `load ${ingress.metadata?.uid}`,
      inputs: message,
      run: async () => {
        await tools.record(ingress, 'Warning', 'FailedLoadGroupID', `Failed load groupID due to ${message}`)
        return 'done'
      },
    }),
  )
  const groupWork = groups.map(
    (group): Work => ({
      key: `group ${group.name}`,
      inputs: group.blocked ?? groupInputs(group, world),
      run: async () => {
        if (group.blocked === undefined) return reconcileGroup(tools, group, world)
        // The real controller says so in its log and nowhere else.
        tools.log(`group ${group.name} is blocked: ${group.blocked}`)
        return 'failed'
      },
    }),
  )
  const serviceWork = balancedServices(world.services).map(
    (service): Work => ({
      key: `service ${service.metadata?.uid}`,
      inputs: serviceInputs(service),
      run: () => reconcileService(tools, service, world),
    }),
  )
  return [...loadFailures, ...groupWork, ...serviceWork]
}

const bindingWork = (tools: PassTools, world: World): Work[] =>
  world.bindings.map((binding) => ({
    key: `binding ${binding.metadata?.uid}`,
    inputs: bindingInputs(binding, world),
    run: async () => {
      await reconcileBinding({ ...tools, record: tools.recordBinding }, binding, world)
      return 'done'
    },
  }))

/** One look at the whole cluster: does what is due, returns the milliseconds until something must be tried again. */
export const passes = (tools: PassTools): (() => Promise<number | undefined>) => {
  const memory = workMemory(Date.now)

  /** Returns how much was due. */
  const doDue = async (work: Work[]): Promise<number> => {
    const due = work.filter(({ key, inputs }) => memory.isDue(key, inputs))
    for (const { key, inputs, run } of due) {
      const outcome = await run().catch((error: Error) => {
        // Mostly 409: the object changed since it was read. The next pass reads it again.
        tools.log(`${key}: ${error.message.split('\n', 1)[0]}`)
        return 'failed' as const
      })
      memory.keep(key, inputs, outcome)
    }
    return due.length
  }

  return async () => {
    const world = await tools.kubernetes.read()
    const stacks = stackWork(tools, world)
    // What was done for the stacks made bindings come and go.
    const changed = await doDue(stacks)
    const bindings = bindingWork(tools, changed > 0 ? await tools.kubernetes.read() : world)
    await doDue(bindings)
    memory.retain(new Set([...stacks, ...bindings].map(({ key }) => key)))
    return memory.nextRetry()
  }
}
