import type { Answer, Call } from '../github/wire.ts'
import { type Channels, problemOf } from './channels.ts'

// Webhooks answer in plain text: api.slack.com/messaging/webhooks#handling_errors.
const plain = (status: number, body: string): Answer => ({ status, headers: { 'content-type': 'text/html' }, body })

const KEYS = new Set([
  'text',
  'blocks',
  'attachments',
  'thread_ts',
  'reply_broadcast',
  'unfurl_links',
  'unfurl_media',
  'mrkdwn',
])

export const answerWebhook = (channels: Channels, channel: string, call: Call, isKnown: boolean): Answer => {
  if (call.method !== 'POST') return plain(400, 'invalid_payload')
  if (!isKnown) return plain(404, 'no_service')
  if (channels.isArchived(channel)) return plain(410, 'channel_is_archived')
  const draft = payloadOf(call)
  if (!draft || Object.keys(draft).some((key) => !KEYS.has(key))) return plain(400, 'invalid_payload')
  const problem = problemOf(draft)
  if (problem) return plain(400, problem.error)
  const threadTs = typeof draft.thread_ts === 'string' ? draft.thread_ts : undefined
  channels.post({ channel, by: 'webhook', broadcast: draft.reply_broadcast === true, threadTs }, draft)
  return plain(200, 'ok')
}

/** JSON, or the older form field `payload` that holds JSON. */
const payloadOf = ({ body, text }: Call): Record<string, unknown> | undefined => {
  if (body !== undefined)
    return typeof body === 'object' && !Array.isArray(body) ? (body as Record<string, unknown>) : undefined
  try {
    return JSON.parse(new URLSearchParams(text).get('payload') ?? '') as Record<string, unknown>
  } catch {
    return undefined
  }
}
