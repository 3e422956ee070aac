import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { describe, expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { failureDetails, failureFold } from './failure-card.ts'

const HOSTILE = '</details></code>\n```\n##[error]::error::x @everyone [a](javascript:b) | <img src=x> \u001b[31m\u202e'
const html = (markdown: string) =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
const count = (text: string, part: string) => text.split(part).length - 1

/** Every text of a diagnosis that comes from the cluster or from a container is this. */
const hostile = () => {
  const { failure, diagnoses } = structuredClone({ ...samples.failedByCrash, failure: undefined })
  const [diagnosis] = diagnoses
  if (diagnosis === undefined) throw new Error('the sample has none')
  for (const key of ['app', 'what', 'next', 'reason', 'file', 'progress'] as const) diagnosis[key] = HOSTILE
  diagnosis.also = [HOSTILE]
  diagnosis.missing = [HOSTILE]
  diagnosis.containers = diagnosis.containers.map((row) => ({ ...row, name: HOSTILE, reason: HOSTILE }))
  diagnosis.events = diagnosis.events.map((event) => ({ ...event, reason: HOSTILE, message: HOSTILE }))
  diagnosis.logs = diagnosis.logs.map((log) => ({
    ...log,
    container: HOSTILE,
    lines: [HOSTILE, 'x'.repeat(1_000_000)],
  }))
  return { ...samples.failedByCrash, failure: failure ?? samples.failedLate.failure, diagnoses }
}

describe.each([
  ['the comment', failureFold],
  ['the summary', failureDetails],
])('in %s', (_, card) => {
  test('nothing that a cluster or a container says comes to life', () => {
    const markdown = card(hostile())
    const page = html(markdown)
    expect(count(page, '<details open>')).toBe(1)
    expect(count(page, '</details>')).toBe(1)
    expect(page).not.toMatch(/<img|<a /)
    expect(page.replaceAll(/<code[^>]*>.*?<\/code>/gs, '')).not.toMatch(/@everyone/)
    for (const invisible of ['\u001b', '\u202e']) expect(markdown).not.toContain(invisible)
    expect(markdown.length).toBeLessThan(60_000)
  })

  test('the first cause is open, the others wait for a click', () => {
    const page = card(samples.failedByMany)
    expect(count(page, '<details open>')).toBe(1)
    expect(page.indexOf('<details open>')).toBe(0)
  })
})

test('a comment has the last 15 lines of one log and two events, the summary has all', () => {
  const { diagnoses, ...report } = samples.failedByCrash
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i + 1}`)
  const events = Array.from({ length: 8 }, (_, i) => ({
    about: '',
    reason: `Reason${i}`,
    message: 'm',
    count: 1,
    at: '',
  }))
  const [log] = diagnoses[0]?.logs ?? []
  const logs =
    log === undefined
      ? []
      : [
          { ...log, lines },
          { ...log, pod: 'web-2', lines: ['of another'] },
        ]
  const many = { ...report, diagnoses: diagnoses.map((diagnosis) => ({ ...diagnosis, events, logs })) }
  const [short, whole] = [failureFold(many), failureDetails(many)]
  expect([count(short, 'line '), short.includes('line 36\n'), short.includes('line 35\n')]).toEqual([15, true, false])
  expect([count(short, '- Reason'), short.includes('of another')]).toEqual([2, false])
  expect([count(whole, 'line '), count(whole, '- Reason'), whole.includes('of another')]).toEqual([50, 8, true])
})

test('more causes than a comment has room for are named', () => {
  expect(failureFold(samples.failedByMany)).toContain('More in the job summary: Blocked by another Ingress (app1)')
  expect(failureDetails(samples.failedByMany)).not.toContain('More in the job summary')
})
