import { randomUUID } from 'node:crypto'
import { isCode } from '../errors.ts'
import { messageOf } from '../step-functions/execution.ts'
import { cleanedBy, cleaningBy, type Held, raised } from './pool.ts'
import { prepare } from './prepare.ts'
import { requestOf } from './request.ts'
import type { Tenancy } from './tenancy.ts'

/** Cleans one that an environment left that is gone. */
export const cleanLeft = async (tenancy: Tenancy, left: Held): Promise<void> => {
  const { store, say } = tenancy
  const by = randomUUID()
  say.info(`${left.name} was left by a preview that is gone: cleaning it`)
  await store.change((pool) => cleaningBy(pool, left, by, new Date()))
  const { why } = await clean(tenancy, left, by)
  if (why !== undefined) say.warning(`${left.name} could not be cleaned: ${why}`)
}

/** Makes a database free that is being cleaned `by` this. Says why when it could not be: then nobody gets it before it was. */
export const clean = async (tenancy: Tenancy, lease: Held, by: string): Promise<{ why?: string }> => {
  const why = await failureOf(tenancy, lease)
  const ending = why === undefined ? { state: 'free' as const } : { state: 'dirty' as const, why }
  await tenancy.store.change((pool) => cleanedBy(pool, lease.name, by, ending, new Date()))
  return why === undefined ? {} : { why }
}

const failureOf = async (tenancy: Tenancy, lease: Held): Promise<string | undefined> => {
  try {
    const cleaned = await cleanAs(tenancy, lease)
    if ('did' in cleaned) return undefined
    // The pool was lost and counts anew: what the database has seen is what counts.
    const generation = cleaned.stale + 1
    await tenancy.store.change((pool) => raised(pool, lease, generation))
    const again = await cleanAs(tenancy, { ...lease, generation })
    return 'did' in again ? undefined : `lease ${again.stale} was seen there`
  } catch (error) {
    if (isCode(error, 'Cancelled', 'Superseded')) throw error
    return messageOf(error)
  }
}

/** Where all share one set of credentials there is nothing that could, and nothing is done. */
const cleanAs = async (tenancy: Tenancy, lease: Held): Promise<{ did: string } | { stale: number }> => {
  const { settings, story, say } = tenancy
  if (settings.credentials.kind === 'secret') return { did: 'nothing' }
  const { stateMachine } = story.to.preparation(settings.credentials.stateMachineArn)
  return prepare(stateMachine, requestOf('clean', lease, tenancy), { ...story.of, say })
}
