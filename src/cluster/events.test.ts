import { describe, expect, test } from 'vitest'
import type { Live } from './cluster.ts'
import { culpritIn, eventOf, type KubeEvent, warningsAbout } from './events.ts'

describe('the newest occurrence of an event', () => {
  const event = (rest: object): Live => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', uid: 'e', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    involvedObject: { kind: 'Pod', name: 'web-1', uid: 'p1' },
    ...rest,
  })

  test.each([
    [{ count: 3, lastTimestamp: '2026-01-01T00:00:09Z' }, 3, '2026-01-01T00:00:09Z'],
    [
      {
        series: { count: 4, lastObservedTime: '2026-01-01T00:00:08.1Z' },
        eventTime: '2026-01-01T00:00:01Z',
        lastTimestamp: null,
      },
      4,
      '2026-01-01T00:00:08.1Z',
    ],
    [{ eventTime: '2026-01-01T00:00:01Z', lastTimestamp: null }, 1, '2026-01-01T00:00:01Z'],
    [{}, 1, '2026-01-01T00:00:00Z'],
  ])('%j', (rest, count, at) => {
    expect(eventOf(event(rest))).toMatchObject({ uid: 'p1', about: 'Pod/web-1', count, at })
  })
})

test('warnings about some objects, each thing said once, newest first', () => {
  const event = (uid: string, reason: string, message: string, type = 'Warning'): KubeEvent => ({
    uid,
    about: '',
    type,
    reason,
    message,
    count: 1,
    at: '',
  })
  const newestFirst = [
    event('a', 'BackOff', 'back-off'),
    event('c', 'BackOff', 'of another'),
    event('a', 'Pulled', 'fine', 'Normal'),
    event('b', 'Failed', 'failed'),
    event('a', 'BackOff', 'back-off'),
  ]
  expect(warningsAbout(newestFirst, new Set(['a', 'b'])).map(({ message }) => message)).toEqual(['back-off', 'failed'])
})

test.each([
  ['Failed build model due to ingress: pr-2/web: Service "nosvc" not found', 'pr-2/web'],
  ['Failed build model due to ingress: previews/mine: unknown targetType: bogus', undefined],
  ['conflicting scheme: map[internal:{} internet-facing:{}]', undefined],
])('%s: blocked by %s', (message, culprit) => {
  expect(culpritIn(message, 'previews', 'mine')).toBe(culprit)
})
