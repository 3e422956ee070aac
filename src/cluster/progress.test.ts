import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Live } from './cluster.ts'
import type { Observed } from './observation.ts'
import { progress } from './progress.ts'
import { note, notYet, READY, type Readiness } from './verdict.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const observed = (name: string, state: Readiness): Observed => {
  const object: Live = { apiVersion: 'v1', kind: 'Widget', metadata: { name, uid: name, resourceVersion: '1' } }
  const subject = `Widget/previews/${name}`
  const change = { subject, ref: { ...object, name }, action: 'created', rolled: true, uid: name } as const
  return {
    change: { ...change, generation: 1, live: object, warnings: [], hash: '' },
    object,
    state,
    pods: [],
    refused: undefined,
    events: [],
  }
}

let lines: string[]
const begin = () => {
  lines = []
  const info = (text: string) => void lines.push(text)
  const report = progress({ info, warning: info, debug: info })
  return (after: number, ...states: Record<string, Readiness>[]) => {
    vi.advanceTimersByTime(after)
    report(states.flatMap((state) => Object.entries(state).map(([name, is]) => observed(name, is))))
    return lines.splice(0)
  }
}

test('each reason is said once for each object, with the time', () => {
  const look = begin()
  expect(look(0, { a: notYet('one'), b: notYet('one') })).toEqual([
    'Widget/previews/a: one (0 s)',
    'Widget/previews/b: one (0 s)',
  ])
  expect(look(3_000, { a: notYet('two'), b: notYet('one') })).toEqual(['Widget/previews/a: two (3 s)'])
  expect(look(1_000, { a: notYet('one'), b: notYet('one') })).toEqual([])
  expect(look(1_000, { a: READY, b: notYet('one') })).toEqual(['Widget/previews/a: ready (5 s)'])
  expect(look(1_000, { a: READY, b: READY })).toEqual(['Widget/previews/b: ready (6 s)'])
})

test('what was ready from the beginning is not worth a word, unless there is something to note', () => {
  const look = begin()
  expect(look(0, { a: READY, b: note('it has no replicas') })).toEqual([
    'Widget/previews/b: ready, but it has no replicas (0 s)',
  ])
  expect(look(60_000, { a: READY, b: note('it has no replicas') })).toEqual([])
})

test('when nothing has been said for half a minute, all that is waited for is', () => {
  const look = begin()
  look(0, { a: notYet('one'), b: notYet('two'), c: notYet('three') })
  look(10_000, { a: notYet('one'), b: notYet('two'), c: READY })
  const states = { a: notYet('one'), b: notYet('two'), c: READY }
  expect(look(29_999, states)).toEqual([])
  const all = 'still waiting for Widget/previews/a: one; Widget/previews/b: two'
  expect(look(1, states)).toEqual([`${all} (40 s)`])
  expect(look(29_999, states)).toEqual([])
  expect(look(1, states)).toEqual([`${all} (70 s)`])
})
