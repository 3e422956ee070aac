import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { slackMessage } from '../../src/report/slack-message.ts'
import { samples } from '../../test/report-samples.ts'
import { slackLines } from './slack-message.ts'

const shown = (blocks: unknown[], width = 60) => slackLines(blocks, width).map((line) => stripVTControlCharacters(line))
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

test('bold, links and entities as Slack shows them', () => {
  expect(shown([section('*Live* &lt;now&gt; · <https://a.test/?b=1&amp;c=2|run>'), section('second')])).toEqual([
    'Live <now> · run [1]',
    'second',
    '',
    '[1] https://a.test/?b=1&c=2',
  ])
})

test('an address that is its own label is shown once', () => {
  expect(shown([section('app1: <http://a.test/|http://a.test>')])).toEqual(['app1: http://a.test'])
})

test('the message of a live preview', () => {
  const lines = shown(slackMessage(samples.live).blocks as unknown[], 100)
  expect(lines[0]).toMatch(/^✅ Preview is live/)
  expect(lines.join('\n')).toContain(samples.live.apps[0]?.url)
  expect(lines.join('\n')).not.toMatch(/[<>|*]/)
})
