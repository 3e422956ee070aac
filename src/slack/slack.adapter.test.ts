import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Slack as Server, startSlack } from '../../local/slack/server.ts'
import { samples } from '../../test/report-samples.ts'
import { slackMessage } from '../report/slack-message.ts'
import type { SlackMessage } from './slack.ts'
import { slackWebApi } from './web-api.ts'
import { slackWebhook } from './webhook.ts'

let server: Server
beforeEach(async () => {
  server = await startSlack({ port: 0 })
})
afterEach(() => server.close())

const { signal } = new AbortController()
const webhook = (url = server.webhookUrl) => slackWebhook({ url, apiUrl: server.apiUrl, signal })
const bot = (token = server.botToken, channel = server.channel) =>
  slackWebApi({ token, channel, apiUrl: server.apiUrl, signal })
const hello: SlackMessage = { text: 'hello', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'hello' } }] }
const refusal = (sent: Promise<unknown>) =>
  sent.then(
    () => undefined,
    (error: Error) => error,
  )

test.each(Object.keys(samples) as (keyof typeof samples)[])(
  'Slack takes the message for %s, and nobody is called',
  async (name) => {
    await webhook().send(slackMessage(samples[name]), undefined)
    expect(server.messages()).toHaveLength(1)
    expect(server.violations()).toEqual([])
  },
)

describe('webhook', () => {
  test('posts, and knows no place', async () => {
    expect(await webhook().send(hello, undefined)).toBeUndefined()
    expect(server.messages()).toMatchObject([{ text: 'hello', by: 'webhook' }])
  })

  test('waits as long as Slack asks, and tries again', async () => {
    server.faults({}, { status: 429, headers: { 'retry-after': '0' }, body: 'rate_limited' })
    server.faults({}, { status: 503, body: '' })
    await webhook().send(hello, undefined)
    expect(server.messages()).toHaveLength(1)
    expect(server.requests()).toHaveLength(3)
  })

  test('does not wait longer than it is worth', async () => {
    server.faults({}, { status: 429, headers: { 'retry-after': '31' }, body: '' })
    await expect(webhook().send(hello, undefined)).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'Slack did not take the message: it answered 429, asking for 31 s of patience (try 1 of 3)',
    })
  })

  test('gives up after three tries', async () => {
    server.faults({ times: 9 }, { status: 500, body: '' })
    await expect(webhook().send(hello, undefined)).rejects.toMatchObject({ code: 'Unavailable' })
    expect(server.requests()).toHaveLength(3)
  })

  test('what Slack refuses is said, once', async () => {
    server.archive()
    await expect(webhook().send(hello, undefined)).rejects.toMatchObject({
      code: 'Rejected',
      message: "Slack's webhook refused the message: 410, channel_is_archived",
      hint: 'its channel is archived: make a webhook for another channel',
    })
    expect(server.requests()).toHaveLength(1)
  })

  test('follows no redirect', async () => {
    const other = await startSlack({ port: 0 })
    server.faults({}, { status: 307, headers: { location: other.webhookUrl } })
    await expect(webhook().send(hello, undefined)).rejects.toMatchObject({ code: 'Rejected' })
    expect(other.requests()).toEqual([])
    await other.close()
  })

  test('its address, which is a password, is in no error', async () => {
    const secret = 'https://hooks.slack.com.evil.test/services/T0/B0/SECRET'
    const gone = new URL('/services/T0/B0/SECRET', 'http://127.0.0.1:1').href
    const errors = [
      await refusal((async () => slackWebhook({ url: secret, signal }))()),
      await refusal((async () => slackWebhook({ url: 'SECRET', signal }))()),
      await refusal(slackWebhook({ url: gone, apiUrl: 'http://127.0.0.1:1', signal }).send(hello, undefined)),
      await refusal(webhook(server.webhookUrl.replace(/[^/]+$/, 'SECRET')).send(hello, undefined)),
    ]
    expect(errors.map((error) => error?.name)).toEqual(Array(4).fill('PreviewError'))
    for (const error of errors) expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('SECRET')
  })
})

describe('bot token', () => {
  test('one message, edited in place', async () => {
    const place = await bot().send(hello, undefined)
    expect(place).toEqual({ channel: server.channel, ts: expect.stringMatching(/^\d+\.\d+$/) })
    expect(await bot().send({ ...hello, text: 'bye' }, place)).toEqual(place)
    expect(server.messages()).toMatchObject([{ text: 'bye' }])
  })

  test('a message that is gone is posted anew', async () => {
    const place = await bot().send(hello, { channel: server.channel, ts: '1.000100' })
    expect(place?.ts).not.toBe('1.000100')
    expect(server.messages()).toHaveLength(1)
  })

  test('what Slack refuses says what to do', async () => {
    await expect(bot('xoxb-wrong').send(hello, undefined)).rejects.toMatchObject({
      code: 'Rejected',
      message: 'Slack refused the message: invalid_auth',
      hint: expect.stringContaining('slack-token'),
    })
    await expect(bot(server.botToken, 'C404').send(hello, undefined)).rejects.toMatchObject({
      hint: expect.stringContaining('slack-channel (C404)'),
    })
  })

  test('an answer that is none', async () => {
    server.faults({}, { status: 200, body: '<html>' })
    await expect(bot().send(hello, undefined)).rejects.toMatchObject({ code: 'Rejected' })
  })
})

test('without an address of its own, only Slack is spoken to', () => {
  expect(() => slackWebhook({ url: 'http://hooks.slack.com/services/a', signal })).toThrow('https://hooks.slack.com/')
  expect(slackWebhook({ url: 'https://hooks.slack.com/services/a', signal })).toBeDefined()
})
