import { type DeclaredCheck, type FollowUp, secondsOf } from '../check-kinds.ts'
import type { SmokeApp } from '../contract.ts'
import { newMarker } from './marker.ts'
import { filled, filledJson, type Known } from './placeholders.ts'
import { put } from './request.ts'
import { type Login, logIn, visitorOf } from './session.ts'
import { smoke } from './smoke-case.ts'
import { untilGood } from './until.ts'

const FOLLOW_UP_SECONDS = 30
const LOOK_SECONDS = 5

/** What a check is about: its app, and the others with their logins. */
export type Place = { app: SmokeApp; apps: readonly SmokeApp[]; logins: ReadonlyMap<string, Login> }

/** Carries a check out. @throws Error saying what was asked, what was expected and what came */
export const carryOut = async (check: DeclaredCheck, name: string, place: Place): Promise<string> => {
  const { app, logins } = place
  if (check.kind === 'login') return (await logIn(app, { name, check })).said
  const queue = check.kind === 'queue' && check.queue !== undefined ? await queueLook(check.queue) : undefined
  const marker = newMarker()
  const { answer, problem } = await put(app, check, { marker }, await visitorOf(app, logins.get(app.name)))
  if (problem !== undefined) throw new Error(`${answer.said} ${problem}`)
  const known: Known = { marker, json: parsed(answer.text) }
  const told = [`${answer.said} answered ${answer.status}`]
  if (check.kind === 'write' && check.row) told.push(await rowWritten(check.row, known, told[0] ?? ''))
  if (check.kind === 'storage' && check.object) told.push(await objectStored(check.object, known, told[0] ?? ''))
  if (check.then) told.push(await followed(check.then, known, place, queue))
  return told.join(', then ')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Row = NonNullable<Extract<DeclaredCheck, { kind: 'write' }>['row']>

const rowWritten = async ({ table, where, within }: Row, known: Known, told: string): Promise<string> => {
  const { database } = smoke.input
  if (database === null) throw new Error(`${told}, but this preview has no database to look for the row in`)
  // Only a check that looks into a database loads its driver.
  const { openDatabase } = await import('./database-row.ts')
  const columns = Object.entries(filledJson(where, known) as typeof where)
  const looked = await openDatabase(smoke.input, smoke.looks)
  try {
    const problem = await untilGood(within ? secondsOf(within) : LOOK_SECONDS, () => looked.missing(table, columns))
    if (problem !== undefined) throw new Error(`${told}, but ${problem}`)
    return `the row was in ${table} of ${database.name}`
  } finally {
    await looked.close()
  }
}

type Stored = NonNullable<Extract<DeclaredCheck, { kind: 'storage' }>['object']>

const objectStored = async ({ bucket, key, within }: Stored, known: Known, told: string): Promise<string> => {
  const { bucketLook } = await import('./bucket.ts')
  const look = bucketLook(bucket, smoke.looks)
  const name = filled(key, known)
  const problem = await untilGood(within ? secondsOf(within) : LOOK_SECONDS, () => look(name))
  if (problem !== undefined) throw new Error(`${told}, but ${problem}`)
  return `${name} was in bucket ${bucket}`
}

const queueLook = async (name: string): Promise<() => Promise<string>> => {
  const { openQueue } = await import('./queue.ts')
  return await openQueue(name, smoke.looks)
}

const followed = async (
  then: FollowUp,
  known: Known,
  { app, apps, logins }: Place,
  queue: (() => Promise<string>) | undefined,
): Promise<string> => {
  const other = apps.find((each) => each.name === (then.app ?? app.name))
  if (other === undefined) throw new Error(`there is no app ${then.app} to ask`)
  const visitor = await visitorOf(other, logins.get(other.name))
  const at = other === app ? '' : `${other.name}: `
  let said = ''
  const limit = then.within ? secondsOf(then.within) : FOLLOW_UP_SECONDS
  const problem = await untilGood(limit, async () => {
    try {
      const { answer, problem } = await put(other, then, known, visitor)
      said = `${at}${answer.said} answered ${answer.status}`
      return problem && `${at}${answer.said} ${problem}`
    } catch (error) {
      return `${at}${(error as Error).message}`
    }
  })
  // A queue tells why nothing came of it, and that it is there when something did.
  const held = queue && (await queue())
  if (problem === undefined) return held === undefined ? said : `${said}; ${held}`
  throw new Error(`${problem} (asked for ${limit} s)${held === undefined ? '' : `; ${held}`}`)
}
