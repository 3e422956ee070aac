import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Slack, startSlack } from './server.ts'

let slack: Slack
beforeEach(async () => {
  slack = await startSlack({ port: 0 })
})
afterEach(() => slack.close())

const json = { 'content-type': 'application/json; charset=utf-8' }
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

describe('webhook', () => {
  const post = async (body: unknown, url = slack.webhookUrl) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: json,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return `${response.status} ${await response.text()}`
  }

  test('takes a text, or blocks', async () => {
    expect(await post({ text: 'Preview is *live*' })).toBe('200 ok')
    expect(await post({ blocks: [section('<https://x.example|app1>')] })).toBe('200 ok')
    expect(slack.messages().map(({ by, readable }) => `${by} ${readable}`)).toEqual([
      'webhook Preview is *live*',
      'webhook app1 (https://x.example)',
    ])
  })

  test('and the older form', async () => {
    const body = new URLSearchParams({ payload: '{"text":"old"}' })
    expect((await fetch(slack.webhookUrl, { method: 'POST', body })).status).toBe(200)
    expect(slack.messages()[0]?.text).toBe('old')
  })

  test.each([
    ['no JSON', '{', '400 invalid_payload'],
    ['a list', '[]', '400 invalid_payload'],
    ['an unknown key', '{"txt":"x"}', '400 invalid_payload'],
    ['nothing to show', '{}', '400 no_text'],
    ['an empty text', '{"text":""}', '400 no_text'],
    ['a text too long', JSON.stringify({ text: 'x'.repeat(40_001) }), '400 msg_too_long'],
    ['a bad block', '{"blocks":[{"type":"x"}]}', '400 invalid_blocks'],
  ])('refuses %s', async (_, body, answer) => {
    expect(await post(body)).toBe(answer)
    expect(slack.messages()).toEqual([])
  })

  test('knows its own address only, and no archived channel', async () => {
    expect(await post({ text: 'x' }, `${slack.url}/services/T1/B1/wrong`)).toBe('404 no_service')
    expect((await fetch(slack.webhookUrl)).status).toBe(400)
    slack.archive()
    expect(await post({ text: 'x' })).toBe('410 channel_is_archived')
  })

  test('is slow down when told so, and in the log', async () => {
    slack.faults({ method: 'POST' }, { status: 429, headers: { 'retry-after': '30' }, body: 'rate_limited' })
    const response = await fetch(slack.webhookUrl, { method: 'POST', headers: json, body: '{"text":"x"}' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await post({ text: 'x' })).toBe('200 ok')
    expect(slack.requests().map(({ status }) => status)).toEqual([429, 200])
  })
})

test('a mention that got through is on record, an escaped one is text', async () => {
  const send = (body: object) => fetch(slack.webhookUrl, { method: 'POST', headers: json, body: JSON.stringify(body) })
  await send({ text: 'branch &lt;!channel&gt;' })
  expect(slack.violations()).toEqual([])
  await send({ text: 'x', blocks: [section('branch <!channel> by <@U1>')] })
  expect(slack.violations().map(({ ping }) => ping)).toEqual(['<!channel>', '<@U1>'])
})

describe('web api', () => {
  type Reply = { ok: boolean; error?: string; ts: string; response_metadata?: { messages: string[] } }
  const call = async (method: string, given: object, token: string | undefined = slack.botToken) => {
    const headers = { ...json, ...(token !== '' && { authorization: `Bearer ${token}` }) }
    const response = await fetch(`${slack.apiUrl}/${method}`, { method: 'POST', headers, body: JSON.stringify(given) })
    expect(response.status).toBe(200)
    return (await response.json()) as Reply
  }
  const post = (given: object, token?: string) => call('chat.postMessage', { channel: slack.channel, ...given }, token)

  test('one message edited in place, pushes in its thread, failures in the channel too', async () => {
    const parent = await post({ text: 'deploying' })
    expect(parent).toMatchObject({ ok: true, ts: expect.stringMatching(/^\d{10}\.\d{6}$/) })
    await call('chat.update', { channel: slack.channel, ts: parent.ts, text: 'live' })
    await post({ text: 'push', thread_ts: parent.ts })
    await post({ text: 'failed', thread_ts: parent.ts, reply_broadcast: true })
    expect(
      slack.messages().map(({ text, threadTs, broadcast, edited }) => [text, threadTs, broadcast, edited]),
    ).toEqual([
      ['live', undefined, false, true],
      ['push', parent.ts, false, false],
      ['failed', parent.ts, true, false],
    ])
  })

  test('what somebody deletes takes its thread along: it can be neither edited nor replied to', async () => {
    const parent = await post({ text: 'live' })
    await post({ text: 'push', thread_ts: parent.ts })
    slack.remove(parent.ts)
    expect(slack.messages()).toEqual([])
    const edited = await call('chat.update', { channel: slack.channel, ts: parent.ts, text: 'updated' })
    const replied = await post({ text: 'push', thread_ts: parent.ts })
    expect([edited.error, replied.error]).toEqual(['message_not_found', 'thread_not_found'])
  })

  test('a form, as the official client sends it', async () => {
    const body = new URLSearchParams({
      channel: slack.channel,
      blocks: JSON.stringify([section('x')]),
      reply_broadcast: 'true',
    })
    const headers = { authorization: `Bearer ${slack.botToken}` }
    expect(
      await (await fetch(`${slack.apiUrl}/chat.postMessage`, { method: 'POST', headers, body })).json(),
    ).toMatchObject({ ok: true })
    expect(slack.messages()).toMatchObject([{ readable: 'x', broadcast: true }])
  })

  test('errors come with 200', async () => {
    await fetch(slack.webhookUrl, { method: 'POST', headers: json, body: '{"text":"by the webhook"}' })
    const [{ ts } = { ts: '' }] = slack.messages()
    const update = (given: object) => call('chat.update', { channel: slack.channel, text: 'x', ...given })
    const errors = [
      await post({ text: 'x' }, ''),
      await post({ text: 'x' }, 'xoxb-wrong'),
      await post({ text: 'x', channel: 'general' }),
      await post({}),
      await post({ text: 'x', txt: 'y' }),
      await post({ text: 'x'.repeat(40_001) }),
      await post({ blocks: [section('x'.repeat(3001))] }),
      await update({ ts: '1.000000' }),
      await update({ ts }),
      await call('chat.destroy', {}),
    ]
    expect(errors.map(({ error }) => error)).toEqual([
      'not_authed',
      'invalid_auth',
      'channel_not_found',
      'no_text',
      'invalid_arguments',
      'msg_too_long',
      'invalid_blocks',
      'message_not_found',
      'cant_update_message',
      'unknown_method',
    ])
    expect(errors[6]?.response_metadata?.messages[0]).toContain('blocks/0/text/text')
    slack.archive()
    expect(await post({ text: 'x' })).toMatchObject({ ok: false, error: 'is_archived' })
  })
})
