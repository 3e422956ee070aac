import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SmokeCase, SmokeInput } from './contract.ts'
import type { CaseExchanges, Exchange } from './exchange.ts'
import { renderReport } from './report.ts'
import { duration, since, utc } from './report-words.ts'
import { mergeCases, resultOf } from './result.ts'
import type { CaseRun } from './suite-run.ts'
import { smokeInput } from './testing/sample.ts'

const started = '2026-03-04T09:41:12.000Z'
const page = (
  attempts: Partial<CaseRun>[][],
  input: SmokeInput = smokeInput({}),
  error: { name: string; message: string } | null = null,
  exchanges: CaseExchanges[] = [],
) => {
  const whole = (each: Partial<CaseRun>): CaseRun => ({
    app: 'app1',
    name: 'answers',
    kind: 'health',
    status: 'passed',
    ms: 5,
    ...each,
  })
  const cases = attempts.reduce<SmokeCase[]>(
    (before, runs, index) => mergeCases(before, index + 1, runs.map(whole)),
    [],
  )
  const result = resultOf({ input, cases, error, report: null, started, now: Date.parse(started) + 2_000 })
  return renderReport({
    input,
    execution: 'arn:aws:states:us-east-1:000000000000:execution:checks:run-1',
    result,
    exchanges,
  })
}
const exchange = (change: Partial<Exchange>): Exchange => ({
  method: 'POST',
  url: 'https://a.preview.example.com/items',
  headers: { 'content-type': 'application/json' },
  body: '{}',
  status: 500,
  answer: { headers: { server: 'shop' }, body: 'no' },
  ms: 5,
  times: 1,
  ...change,
})

describe('verdict', () => {
  test.each([
    ['all good', [[{}]], 'The check passed'],
    ['one bad', [[{}, { name: 'b', status: 'failed' as const }]], '1 of 2 checks failed'],
    ['flaky', [[{ status: 'failed' as const }], [{}]], 'Passed, but not at once'],
    ['nothing ran', [[{ status: 'skipped' as const }]], 'Nothing was checked'],
  ])('%s', (_, attempts, title) => {
    expect(page(attempts)).toContain(`<title>${title} · feature/login</title>`)
  })

  test('checks that broke are not called a bad preview', () => {
    const broken = page([[{}]], smokeInput({}), { name: 'States.Timeout', message: 'no answer in 300 s' })
    expect(broken).toContain('<title>The checks could not be finished')
    expect(broken).toContain('<b>States.Timeout</b>: no answer in 300 s')
  })

  test('checks that broke say what is known so far', () => {
    const error = { name: 'BrokenSuite', message: 'no' }
    const previous = { commit: 'a'.repeat(40), failed: [] }
    expect(page([[{}, { name: 'b', status: 'failed' }]], smokeInput({}), error)).toMatch(
      /Known so far:.*<b>1<\/b> failed.*<b>1<\/b> passed/,
    )
    const empty = page([[]], smokeInput({ previous }), error)
    expect(empty).not.toMatch(/Known so far|nothing changed/)
    expect(page([[{}]])).not.toContain('Known so far')
  })
})

test('every attempt is shown', () => {
  const flaky = page([
    [{ status: 'failed', message: 'first reason' }],
    [{ status: 'failed', message: 'second reason' }],
    [{}],
  ])
  for (const words of ['Attempt 1', 'first reason', 'Attempt 2', 'second reason', 'Attempt 3'])
    expect(flaky).toContain(words)
})

/** Heads of the cases, or of the attempts, as a reader sees them. */
const textsOf = (shown: string, element: RegExp) =>
  [...shown.matchAll(element)].map(([, markup = '']) =>
    markup
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
const headsOf = (shown: string) => textsOf(shown, /<h3>(.*?)<\/h3>/g)
const attemptsOf = (shown: string) => textsOf(shown, /<span class="try">(.*?)(?:<details|<\/li>)/g)

test('what needs a look stands first', () => {
  const first = [
    { name: 'skips', status: 'skipped' as const },
    { name: 'passes' },
    { name: 'wavers', status: 'failed' as const },
    { name: 'fails', status: 'failed' as const },
  ]
  const shown = page([first, [{ name: 'wavers' }, { name: 'fails', status: 'failed' }]])
  expect(headsOf(shown)).toEqual([
    'fails failed',
    'wavers flaky, passed on attempt 2',
    'passes passed 5 ms',
    'skips skipped',
  ])
  expect(textsOf(shown, /<p class="legend">(.*?)<\/p>/g)).toEqual(['1 failed 1 flaky 1 passed 1 skipped'])
})

test('flaky says which attempt passed, one that was skipped counted too', () => {
  const shown = page([[{ status: 'failed' }], [{ status: 'skipped' }], [{}]])
  expect(headsOf(shown)).toEqual(['answers flaky, passed on attempt 3'])
})

describe('attempts in a row that came to the same', () => {
  const failed = (ms: number, message = 'no') => [{ status: 'failed' as const, ms, message }]

  test('are one line', () => {
    expect(attemptsOf(page([failed(5), failed(1200), failed(30)]))).toEqual(['Attempts 1–3 failed no 5 ms – 1.2 s'])
    expect(attemptsOf(page([failed(5), failed(5), failed(5, 'other'), failed(5)]))).toEqual([
      'Attempts 1–2 failed no 5 ms',
      'Attempt 3 failed other 5 ms',
      'Attempt 4 failed no 5 ms',
    ])
  })

  test('take no time when they were skipped', () => {
    const skipped = [{ status: 'skipped' as const, ms: 0, message: 'no' }]
    expect(attemptsOf(page([failed(5), skipped, skipped]))).toEqual([
      'Attempt 1 failed no 5 ms',
      'Attempts 2–3 skipped no',
    ])
  })

  test('are not said of one that did not ask', () => {
    expect(attemptsOf(page([failed(5), [], failed(5)]))).toEqual([
      'Attempt 1 failed no 5 ms',
      'Attempt 3 failed no 5 ms',
    ])
  })

  test('keep what was asked in each', () => {
    const asked = [1, 2, 3].map((attempt) => {
      const exchanges = [exchange({ body: `body ${attempt}` })]
      return { app: 'app1', name: 'answers', attempt, exchanges }
    })
    const shown = page([failed(5), failed(5), failed(5, 'other')], smokeInput({}), null, asked)
    const [, first = '', second = ''] = shown.split('<details>')
    expect(first).toMatch(/2 requests and their answers.*Attempt 1<.*body 1.*Attempt 2<.*body 2/s)
    expect(second).toMatch(/Request and answer<.*body 3/s)
    expect(second).not.toMatch(/body 1|body 2|Attempt 3</)
  })
})

test('the facts are always six, which fill their rows', () => {
  const database = { engine: 'mysql' as const, name: 'preview_07' }
  for (const change of [{ database }, { pullRequest: null, database: null }])
    expect(page([[{}]], smokeInput(change)).match(/<dt>/g)).toHaveLength(6)
})

test('what was asked stands at its own attempt, and what came again and again is told once', () => {
  const asked = (attempt: number, change: Partial<Exchange>) => ({
    app: 'app1',
    name: 'answers',
    attempt,
    exchanges: [exchange(change)],
  })
  const shown = page([[{ status: 'failed' }], [{}]], smokeInput({}), null, [
    asked(1, { body: 'first', times: 4 }),
    asked(2, { body: 'second', problem: 'got no answer: connection refused' }),
    { ...asked(1, { body: 'of another app' }), app: 'app2' },
  ])
  const order = [
    'Attempt 1',
    '<pre>first</pre>',
    '4 times in a row',
    'Attempt 2',
    '<pre>second</pre>',
    'connection refused',
  ]
  expect(order.map((words) => shown.indexOf(words))).toEqual(
    order.map((words) => shown.indexOf(words)).toSorted((a, b) => a - b),
  )
  expect(shown.indexOf('<pre>first</pre>')).toBeGreaterThan(0)
  expect(shown).not.toContain('of another app')
})

test('what changed is counted at the top', () => {
  const input = smokeInput({ previous: { commit: 'abc1234'.padEnd(40, '0'), failed: [{ app: 'app1', name: 'b' }] } })
  const shown = page([[{ name: 'a', status: 'failed' }, { name: 'b' }, { name: 'c', status: 'failed' }]], input)
  expect(shown).toContain('Since commit abc1234:')
  expect(shown).toMatch(/<b>2<\/b> new failures.*<b>1<\/b> fixed/)
  expect(page([[{}]], smokeInput({ previous: { commit: 'a'.repeat(40), failed: [] } }))).toContain('nothing changed')
})

test('a kind of check that objects have by nature is an ordinary word', () => {
  expect(page([[{ kind: 'constructor' }]])).toContain('The check passed')
})

test('a failure is new, still there, or fixed since the last push', () => {
  const input = smokeInput({
    previous: { commit: 'a'.repeat(40), failed: ['b', 'c'].map((name) => ({ app: 'app1', name })) },
  })
  const shown = page([[{ name: 'a', status: 'failed' }, { name: 'b', status: 'failed' }, { name: 'c' }]], input)
  expect([...shown.matchAll(/class="news">([^<]+)/g)].map((match) => match[1])).toEqual([
    'new failure',
    'still failing',
    'fixed',
  ])
  expect(since(null, 'failed')).toBeNull()
})

describe('whatever words come from outside', () => {
  const hostile = `</title></style><script>alert(1)</script><img src=x onerror="alert(2)">'"&\u202e`
  const shown = page(
    [[{ name: hostile, status: 'failed', message: hostile }], [{ name: hostile, status: 'failed', message: hostile }]],
    smokeInput({
      environment: { id: 'a'.repeat(32), repository: hostile, branch: hostile },
      run: { url: 'https://ci.example/"><script>alert(3)</script>' },
      previous: { commit: 'a'.repeat(40), failed: [{ app: 'app1', name: hostile }] },
    }),
    { name: hostile, message: hostile },
  )

  test('none becomes markup', () => {
    expect(shown).not.toMatch(/<script|<img|alert\(3\)<\/script|onerror="/i)
    expect(shown.match(/<\/title>/g)).toHaveLength(1)
    expect(shown.match(/<\/style>/g)).toHaveLength(1)
    expect(shown).toContain('&lt;/title&gt;&lt;/style&gt;&lt;script&gt;')
  })

  test('nothing that an app answers becomes markup, whatever it is', { timeout: 60_000 }, () => {
    const tagsWith = (text: string, body: string, message: string) => {
      const asked = exchange({ body: text, url: text, answer: { headers: { x: text }, body } })
      const exchanges = [{ app: 'app1', name: 'answers', attempt: 1, exchanges: [asked] }]
      return page([[{ message }]], smokeInput({}), null, exchanges)
        .match(/<[^>]*>/g)
        ?.join('')
    }
    const harmless = tagsWith('x', 'x', 'x')
    const nasty = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom(hostile, '</pre></details><svg onload=x>', '<!--', ']]>'),
    )
    fc.assert(
      fc.property(nasty, nasty, nasty, (text, body, message) => {
        expect(tagsWith(text, body, message)).toBe(harmless)
      }),
      { numRuns: 1_000 },
    )
  })

  test('none can reorder the text around it', () => {
    expect(shown).not.toContain('\u202e')
  })

  test('nothing is loaded and nothing runs', () => {
    const plain = page([[{}]])
    expect(plain).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(plain).not.toMatch(/<(link|script|iframe|img|object|form)\b|\bsrc=|@import|url\(/i)
  })
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [125_400, '2 min 5 s'],
])('%i ms reads %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('times are UTC and say so', () => {
  expect(utc('2026-03-04T23:30:00.000Z')).toBe('2026-03-04 23:30 UTC')
})

test('it leads to the execution, and to the logs of an app that keeps them', () => {
  const logs = 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/a'
  const [app] = smokeInput({}).apps
  const html = page([[{}]], smokeInput({ apps: app === undefined ? [] : [{ ...app, logs }] }))
  expect(html).toContain(`<a href="${logs}" rel="noreferrer noopener">its logs</a>`)
  expect(html).toContain(
    'https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn',
  )
  expect(page([[{}]])).not.toContain('its logs')
})
