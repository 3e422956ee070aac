import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Slack as Server, startSlack } from '../../local/slack/server.ts'
import { samples } from '../../test/report-samples.ts'
import type { Report } from '../report/report.ts'
import { slackNews } from '../report/slack-message.ts'
import type { SlackMessage, SlackNews } from './slack.ts'
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
const said = (text: string): SlackMessage => ({ text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] })
const result = (text: string): SlackNews => ({ message: said(text), reply: said(`${text}, again`), isAlarm: false })
const alarm = (text: string): SlackNews => ({ ...result(text), isAlarm: true })
const underWay = (text: string): SlackNews => ({ message: said(text), isAlarm: false })
const hello = result('hello')
/** The channel as its readers see it: replies below their message, `!` when everybody sees them. */
const shown = () =>
  server.messages().map(({ text, threadTs, broadcast }) => `${threadTs ? '↳ ' : ''}${text}${broadcast ? ' !' : ''}`)
const refusal = (sent: Promise<unknown>) =>
  sent.then(
    () => undefined,
    (error: Error) => error,
  )

test.each(Object.entries(samples))(
  'Slack takes what is told of %s, and nobody is called',
  async (_, report: Report) => {
    const news = slackNews(report)
    if (news === undefined) return
    const place = await bot().tell(result('before'), undefined)
    await bot().tell(news, place)
    expect(server.messages()).toHaveLength(news.reply === undefined ? 1 : 2)
    expect(server.violations()).toEqual([])
  },
)

describe('webhook', () => {
  test('posts results, and knows no place', async () => {
    expect(await webhook().tell(underWay('deploying'), undefined)).toBeUndefined()
    expect(await webhook().tell(hello, undefined)).toBeUndefined()
    expect(server.messages()).toMatchObject([{ text: 'hello', by: 'webhook' }])
  })

  test('waits as long as Slack asks, and tries again', async () => {
    server.faults({}, { status: 429, headers: { 'retry-after': '0' }, body: 'rate_limited' })
    server.faults({}, { status: 503, body: '' })
    await webhook().tell(hello, undefined)
    expect(server.messages()).toHaveLength(1)
    expect(server.requests()).toHaveLength(3)
  })

  test('does not wait longer than it is worth', async () => {
    server.faults({}, { status: 429, headers: { 'retry-after': '31' }, body: '' })
    await expect(webhook().tell(hello, undefined)).rejects.toMatchObject({
      code: 'Unavailable',
      message: 'Slack did not take the message: it answered 429, asking for 31 s of patience (try 1 of 3)',
    })
  })

  test('gives up after three tries', async () => {
    server.faults({ times: 9 }, { status: 500, body: '' })
    await expect(webhook().tell(hello, undefined)).rejects.toMatchObject({ code: 'Unavailable' })
    expect(server.requests()).toHaveLength(3)
  })

  test('what Slack refuses is said, once', async () => {
    server.archive()
    await expect(webhook().tell(hello, undefined)).rejects.toMatchObject({
      code: 'Rejected',
      message: "Slack's webhook refused the message: 410, channel_is_archived",
      hint: 'its channel is archived: make a webhook for another channel',
    })
    expect(server.requests()).toHaveLength(1)
  })

  test('follows no redirect', async () => {
    const other = await startSlack({ port: 0 })
    server.faults({}, { status: 307, headers: { location: other.webhookUrl } })
    await expect(webhook().tell(hello, undefined)).rejects.toMatchObject({ code: 'Rejected' })
    expect(other.requests()).toEqual([])
    await other.close()
  })

  test('its address, which is a password, is in no error', async () => {
    const secret = 'https://hooks.slack.com.evil.test/services/T0/B0/SECRET'
    const gone = new URL('/services/T0/B0/SECRET', 'http://127.0.0.1:1').href
    const errors = [
      await refusal((async () => slackWebhook({ url: secret, signal }))()),
      await refusal((async () => slackWebhook({ url: 'SECRET', signal }))()),
      await refusal(slackWebhook({ url: gone, apiUrl: 'http://127.0.0.1:1', signal }).tell(hello, undefined)),
      await refusal(webhook(server.webhookUrl.replace(/[^/]+$/, 'SECRET')).tell(hello, undefined)),
    ]
    expect(errors.map((error) => error?.name)).toEqual(Array(4).fill('PreviewError'))
    for (const error of errors) expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('SECRET')
  })
})

describe('bot token', () => {
  test('one message, edited in place; results in its thread, failures in the channel too', async () => {
    const place = await bot().tell(result('live'), undefined)
    expect(place).toEqual({ channel: server.channel, ts: expect.stringMatching(/^\d+\.\d+$/) })
    expect(await bot().tell(underWay('updating'), place)).toEqual(place)
    expect(shown()).toEqual(['updating'])
    expect(await bot().tell(alarm('failed'), place)).toEqual(place)
    expect(await bot().tell(result('live'), place)).toEqual(place)
    expect(shown()).toEqual(['live', '↳ failed, again !', '↳ live, again'])
    expect(server.messages().map(({ edited }) => edited)).toEqual([true, false, false])
  })

  test('what is under way begins no message', async () => {
    expect(await bot().tell(underWay('deploying'), undefined)).toBeUndefined()
    expect(await bot().tell(underWay('deploying'), { channel: server.channel, ts: '1.000100' })).toBeUndefined()
    expect(server.messages()).toEqual([])
  })

  test('a message that somebody deleted is posted anew, and its thread begins there', async () => {
    const lost = await bot().tell(result('live'), undefined)
    server.remove(lost?.ts ?? '')
    const place = await bot().tell(alarm('failed'), lost)
    expect(place?.ts).not.toBe(lost?.ts)
    await bot().tell(result('live'), place)
    expect(shown()).toEqual(['live', '↳ live, again'])
  })

  test('deleted between the edit and the reply', async () => {
    const lost = await bot().tell(result('live'), undefined)
    server.faults({ path: '/api/chat.postMessage' }, { status: 200, body: { ok: false, error: 'thread_not_found' } })
    const place = await bot().tell(alarm('failed'), lost)
    expect(place?.ts).not.toBe(lost?.ts)
    expect(shown()).toEqual(['failed', 'failed'])
  })

  test('what was moved to another channel stays there', async () => {
    const place = await bot().tell(result('live'), undefined)
    await bot(server.botToken, 'C404').tell(result('updated'), place)
    expect(shown()).toEqual(['updated', '↳ updated, again'])
  })

  test('what Slack refuses says what to do', async () => {
    await expect(bot('xoxb-wrong').tell(hello, undefined)).rejects.toMatchObject({
      code: 'Rejected',
      message: 'Slack refused the message: invalid_auth',
      hint: expect.stringContaining('slack-token'),
    })
    await expect(bot(server.botToken, 'C404').tell(hello, undefined)).rejects.toMatchObject({
      hint: expect.stringContaining('slack-channel (C404)'),
    })
  })

  test('an answer that is none', async () => {
    server.faults({}, { status: 200, body: '<html>' })
    await expect(bot().tell(hello, undefined)).rejects.toMatchObject({ code: 'Rejected' })
  })
})

test('without an address of its own, only Slack is spoken to', () => {
  expect(() => slackWebhook({ url: 'http://hooks.slack.com/services/a', signal })).toThrow('https://hooks.slack.com/')
  expect(slackWebhook({ url: 'https://hooks.slack.com/services/a', signal })).toBeDefined()
})
