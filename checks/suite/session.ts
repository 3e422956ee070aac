import type { DeclaredCheck } from '../check-kinds.ts'
import type { SmokeApp } from '../contract.ts'
import { jsonOf, valueAt } from './answer-json.ts'
import { newMarker } from './marker.ts'
import { put } from './request.ts'
import { NotAsked, smoke } from './smoke-case.ts'
import { type Visitor, visitor } from './visitor.ts'

export type Login = { name: string; check: Extract<DeclaredCheck, { kind: 'login' }> }
type Session = { visitor: Visitor; said: string }

const sessions = new Map<string, Promise<Session>>()

/** Logs in, once in an attempt: every check of the app then goes with the same cookies and token. */
export const logIn = (app: SmokeApp, login: Login): Promise<Session> => {
  const begun = sessions.get(app.name) ?? begin(app, login)
  sessions.set(app.name, begun)
  return begun
}

/** Whoever asks this app. @throws NotAsked when its login failed: everything behind it would fail as well */
export const visitorOf = async (app: SmokeApp, login: Login | undefined): Promise<Visitor> => {
  if (login === undefined) return visitor()
  try {
    return (await logIn(app, login)).visitor
  } catch (error) {
    const hasPassed = smoke.passed.some((each) => each.app === app.name && each.name === login.name)
    if (hasPassed) throw new Error(`could not log in to ${app.name} again: ${(error as Error).message}`)
    throw new NotAsked(`not asked, because the login of ${app.name} failed`)
  }
}

const begin = async (app: SmokeApp, { check }: Login): Promise<Session> => {
  const own = visitor()
  const { answer, problem } = await put(app, check, { marker: newMarker() }, own)
  if (problem !== undefined) throw new Error(`${answer.said} ${problem}`)
  const said = `${answer.said} answered ${answer.status}`
  if (check.token === undefined) return { visitor: own, said }
  const path = check.token.slice('$.'.length)
  const token = valueAt(jsonOf(answer), path)
  // What it is goes into a header: a line break in it would begin another one.
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(token))
    throw new Error(`${said} without a token at ${check.token}`)
  own.setToken(new URL(app.url), token)
  return { visitor: own, said: `${said} with a token` }
}
