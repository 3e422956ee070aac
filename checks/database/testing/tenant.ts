import { expect } from 'vitest'
import type { Login, Session } from '../session.ts'
import type { World } from './world.ts'

export const WRITE = ['CREATE TABLE notes (text VARCHAR(100))', "INSERT INTO notes VALUES ('mine')"]
export const READ = 'SELECT text FROM notes'

/** A database of its own that a tenant has, with one note in it. */
export const leasedIn = async (world: World): Promise<string> => {
  const database = world.another()
  expect(await world.ask({ database })).toMatchObject({ ok: true, did: 'reset' })
  await world.asTenant(database, ...WRITE)
  return database
}

export const expectRefused = (world: World, login: Login): Promise<void> =>
  expect(world.connect(login)).rejects.toThrow(/denied|authentication failed|not permitted|permission/i)

/** Nothing can be asked of it any more. */
export const ended = (session: Session): Promise<void> => expect(session.run('SELECT 1')).rejects.toThrow()
