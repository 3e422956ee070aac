import { expect, test } from 'vitest'
import { pings, readable } from './mrkdwn.ts'

test.each([
  ['<!channel> look', ['<!channel>']],
  ['<!here|here> and <@U024BE7LH>', ['<!here|here>', '<@U024BE7LH>']],
  ['<!subteam^S1|@devs>', ['<!subteam^S1|@devs>']],
  ['<!everyone>', ['<!everyone>']],
  ['&lt;!channel&gt; &lt;@U1&gt;', []],
  ['@channel @here', []],
  ['<https://example.com|<!channel>', ['<!channel>']],
  ['<!date^1|then>', []],
  ['a < b > c', []],
])('%j calls %j', (text, expected) => {
  expect(pings(text)).toEqual(expected)
})

test.each([
  ['<https://x.example|shop>', 'shop (https://x.example)'],
  ['<https://x.example>', 'https://x.example'],
  ['&lt;!channel&gt; &amp;amp;', '<!channel> &amp;'],
  ['<!channel>', '@channel'],
  ['<@U1>', '@U1'],
])('%j reads %j', (text, expected) => {
  expect(readable(text)).toBe(expected)
})
