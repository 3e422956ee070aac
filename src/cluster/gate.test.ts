import { expect, test } from 'vitest'
import { pause } from '../poll.ts'
import { sideBySide } from './gate.ts'

const forever = (signal: AbortSignal): Promise<void> => pause(1_000_000, signal, 'nothing')

test('the first track that fails ends the waits of the others, and is what is thrown', async () => {
  const ended: unknown[] = []
  const failure = new Error('broken')
  const act = async (track: string, signal: AbortSignal): Promise<void> => {
    if (track === 'failing') throw failure
    await forever(signal).catch((error) => {
      ended.push(error.cause)
      throw error
    })
  }
  await expect(sideBySide(['slow', 'failing', 'slow too'], new AbortController().signal, act)).rejects.toBe(failure)
  expect(ended).toEqual([failure, failure])
})

test('no track waits for another', async () => {
  const second = Promise.withResolvers<void>()
  const act = async (track: number): Promise<void> => (track === 1 ? second.promise : second.resolve())
  await sideBySide([1, 2], new AbortController().signal, act)
})

test('a cancelled run ends all of them', async () => {
  const cancel = new AbortController()
  const waiting = sideBySide([1, 2], cancel.signal, (_, signal) => forever(signal))
  cancel.abort(new Error('SIGINT'))
  await expect(waiting).rejects.toMatchObject({ code: 'Cancelled' })
})

test('nothing to do is done', () => sideBySide([], new AbortController().signal, (_, signal) => forever(signal)))
