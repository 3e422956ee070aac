import { expect, test } from 'vitest'
import { slackMessage } from '../../src/report/slack-message.ts'
import { samples } from '../../test/report-samples.ts'
import { slackHtml } from './slack-html.ts'

const shown = (text: string) => slackHtml([{ type: 'section', text: { type: 'mrkdwn', text } }]).markup

test('bold, links and entities as Slack shows them', () => {
  expect(shown('✅ *Live* &lt;now&gt; · <https://a.test/?b=1&amp;c=2|run>')).toBe(
    '<div class="section"><p>✅ <b>Live</b> &lt;now&gt; · <a href="https://a.test/?b=1&amp;c=2" rel="noreferrer noopener" target="_blank">run</a></p></div>',
  )
})

test('a message has its context below', () => {
  expect(slackHtml(slackMessage(samples.live).blocks as unknown[]).markup).toMatch(
    /^<div class="section">.*Preview is live.*<div class="context">.*#12 Log in with 🍣/s,
  )
})

test.each([
  '<script>alert(1)</script>',
  '<javascript:alert(1)|x>',
  '<https://a.test/"onclick="alert(1)|x>',
  '*<img src=x>*',
])('text makes no markup: %s', (text) => {
  expect(shown(text)).not.toMatch(/<(script|img)|href="javascript|<[^>]*\sonclick=/)
})
