import { describe, expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import type { Report } from './report.ts'
import { slackMessage, slackNews } from './slack-message.ts'

test.each(Object.entries(samples))('%s', (_, report: Report) => {
  expect(slackNews(report)).toMatchSnapshot()
})

test('everybody hears of failures, and of nothing else', () => {
  const loud = Object.entries(samples).filter(([, report]) => slackNews(report)?.isAlarm)
  expect(loud.map(([name]) => name)).toEqual([
    'poolFull',
    'smokeRequired',
    'failed',
    'failedByCrash',
    'failedByQuota',
    'failedLate',
    'failedByOther',
    'failedByMany',
    'badInput',
    'notRemoved',
  ])
})

test.each(Object.entries(samples).filter(([, { status }]) => status === 'failed'))(
  'a failure says what to do next, or that it was cancelled: %s',
  (_, report: Report) => {
    const text = JSON.stringify(slackNews(report)?.message)
    const hasAdvice = report.failure?.hint !== undefined || report.diagnoses !== undefined
    if (hasAdvice) expect(text).toContain('*Next:*')
  },
)

describe('Block Kit', () => {
  test('a section never has more than 3,000 characters, and no link is cut', () => {
    const apps = Array.from(
      { length: 100 },
      (_, i) => ({ ...samples.live.apps[0], name: `app${i}` }) as Report['apps'][0],
    )
    for (const block of slackMessage({ ...samples.live, apps }).blocks as { text?: { text: string } }[]) {
      const text = block.text?.text ?? ''
      expect(text.length).toBeLessThanOrEqual(3_000)
      expect(text.match(/</g)?.length).toBe(text.match(/>/g)?.length)
    }
  })

  test('a branch that is a mention stays text', () => {
    const owner = { ...samples.live.environment.owner, branch: '<!channel>' }
    const message = slackMessage({ ...samples.live, environment: { ...samples.live.environment, owner } })
    expect(JSON.stringify(message)).not.toContain('<!')
  })
})
