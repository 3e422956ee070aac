import { PreviewError } from '../errors.ts'
import { postToSlack, slackAddress } from './http.ts'
import type { Slack, SlackMessage, SlackNews, SlackPlace } from './slack.ts'

export type WebApiOptions = { token: string; channel: string; apiUrl?: string | undefined; signal: AbortSignal }

type Result = { ok: true; channel: string; ts: string } | { ok: false; error: string; needed?: string }

/** The message at the place is gone, or no longer ours to edit or to reply to: a new one takes over. */
const LOST = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'channel_not_found',
  'is_inactive',
  'thread_not_found',
  'cannot_reply_to_message',
])

/** ADAPTER: a bot token. One message, edited in place for as long as it is there, with the results in its thread. */
export const slackWebApi = ({ token, channel, apiUrl, signal }: WebApiOptions): Slack => {
  const base = (apiUrl ?? 'https://slack.com/api').replace(/\/$/, '')
  const headers = { authorization: `Bearer ${token}` }

  const call = async (method: string, body: object): Promise<Result> => {
    const address = slackAddress(`${base}/${method}`, 'slack.com', apiUrl)
    const { status, text } = await postToSlack(address, { headers, body, signal })
    return parsed(method, status, text)
  }

  const post = (message: SlackMessage, at: object) =>
    call('chat.postMessage', { ...at, ...message, unfurl_links: false, unfurl_media: false })

  /** `false` when there is nothing any more to edit or to reply to. */
  const isTold = async (
    { message, reply, isAlarm }: SlackNews,
    { channel: home, ts }: SlackPlace,
  ): Promise<boolean> => {
    const edited = await call('chat.update', { channel: home, ts, ...message })
    const last =
      edited.ok && reply !== undefined
        ? await post(reply, { channel: home, thread_ts: ts, reply_broadcast: isAlarm })
        : edited
    if (last.ok) return true
    if (LOST.has(last.error)) return false
    throw refused(last.error, last.needed, home)
  }

  return {
    async tell(news, place) {
      if (place !== undefined && (await isTold(news, place))) return place
      // The channel's first word of a pull request is a result: edits notify nobody.
      if (news.reply === undefined) return undefined
      const posted = await post(news.message, { channel })
      if (!posted.ok) throw refused(posted.error, posted.needed, channel)
      return { channel: posted.channel, ts: posted.ts }
    },
  }
}

/** Slack says what went wrong in the body of a 200. */
const parsed = (method: string, status: number, text: string): Result => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'ok' in value) return value as Result
  } catch {
    // Not JSON: said below, with the status.
  }
  throw new PreviewError('Rejected', `Slack's ${method} answered ${status} without a result`)
}

const refused = (error: string, needed: string | undefined, channel: string): PreviewError => {
  const hint = hintFor(error, needed, channel)
  return new PreviewError('Rejected', `Slack refused the message: ${error}`, hint === undefined ? {} : { hint })
}

const hintFor = (error: string, needed: string | undefined, channel: string): string | undefined => {
  switch (error) {
    case 'not_in_channel':
      return `invite the app to the channel: /invite it in ${channel}`
    case 'channel_not_found':
      return `check slack-channel (${channel}); the app must be a member of a private channel`
    case 'is_archived':
      return `the channel ${channel} is archived: set slack-channel to another one`
    case 'missing_scope':
      return `give the app the scope ${needed ?? 'chat:write'} and install it again`
    case 'invalid_auth':
    case 'not_authed':
    case 'account_inactive':
    case 'token_revoked':
    case 'token_expired':
      return 'set slack-token to the bot token of an installed app (xoxb-…)'
    default:
      return undefined
  }
}
