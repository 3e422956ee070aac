import type { Answer, Call } from '../github/wire.ts'
import { type Channels, type Message, problemOf } from './channels.ts'

type Arguments = Record<string, unknown>
type Method = { accepts: Set<string>; run(channels: Channels, channel: string, given: Arguments): Arguments }

// Web API methods answer 200 whatever happens: `ok` says whether it worked.
const failed = (error: string, more: object = {}): Answer => ({ status: 200, body: { ok: false, error, ...more } })

const METHODS: Record<string, Method> = {
  'chat.postMessage': {
    accepts: new Set([
      'channel',
      'text',
      'blocks',
      'thread_ts',
      'reply_broadcast',
      'unfurl_links',
      'unfurl_media',
      'mrkdwn',
      'metadata',
    ]),
    run(channels, channel, given) {
      const threadTs = given.thread_ts === undefined ? undefined : String(given.thread_ts)
      // Slack would put an answer to nothing somewhere; nobody wants that unnoticed.
      if (threadTs !== undefined && !channels.find(channel, threadTs)) throw new Refusal('thread_not_found')
      const message = channels.post({ channel, by: 'bot', broadcast: isTrue(given.reply_broadcast), threadTs }, given)
      return { channel, ts: message.ts, message: view(message) }
    },
  },
  'chat.update': {
    accepts: new Set(['channel', 'ts', 'text', 'blocks', 'reply_broadcast', 'metadata']),
    run(channels, channel, given) {
      const message = channels.find(channel, given.ts)
      if (!message) throw new Refusal('message_not_found')
      if (message.by !== 'bot') throw new Refusal('cant_update_message')
      channels.edit(message, given)
      return { channel, ts: message.ts, text: message.text, message: view(message) }
    },
  },
}

class Refusal extends Error {}

export const answerMethod = (channels: Channels, call: Call, name: string, botToken: string): Answer => {
  const method = METHODS[name]
  if (!method) return failed('unknown_method', { req_method: name })
  const [, token] = /^bearer (\S+)$/i.exec(call.headers.authorization ?? '') ?? []
  if (token !== botToken) return failed(token === undefined ? 'not_authed' : 'invalid_auth')
  const given = argumentsOf(call)
  if (!given) return failed('invalid_json')
  const unknown = Object.keys(given).find((key) => !method.accepts.has(key))
  if (unknown !== undefined)
    return failed('invalid_arguments', { response_metadata: { messages: [`[ERROR] unknown field: ${unknown}`] } })
  const channel = String(given.channel ?? '')
  if (!channels.has(channel)) return failed('channel_not_found')
  if (channels.isArchived(channel)) return failed('is_archived')
  const problem = problemOf(given)
  if (problem) return failed(problem.error, problem.details && { response_metadata: { messages: problem.details } })
  try {
    return { status: 200, body: { ok: true, ...method.run(channels, channel, given) } }
  } catch (error) {
    if (error instanceof Refusal) return failed(error.message)
    throw error
  }
}

/** JSON, or a form whose `blocks` hold JSON, as Slack's own client sends it. */
const argumentsOf = ({ body, text, headers }: Call): Arguments | undefined => {
  if (headers['content-type']?.startsWith('application/json'))
    return typeof body === 'object' ? ((body ?? {}) as Arguments) : undefined
  const { blocks, ...rest } = Object.fromEntries(new URLSearchParams(text))
  try {
    return { ...rest, ...(blocks !== undefined && { blocks: JSON.parse(blocks) as unknown }) }
  } catch {
    return undefined
  }
}

const isTrue = (value: unknown) => value === true || value === 'true'

const view = ({ text, ts, threadTs, blocks, edited }: Message) => ({
  type: 'message',
  bot_id: 'B00000001',
  user: 'U00000001',
  text,
  ts,
  ...(threadTs !== undefined && { thread_ts: threadTs }),
  ...(blocks.length > 0 && { blocks }),
  ...(edited && { edited: { user: 'U00000001', ts } }),
})
