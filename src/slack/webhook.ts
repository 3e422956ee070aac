import { PreviewError } from '../errors.ts'
import { postToSlack, slackAddress } from './http.ts'
import type { Slack } from './slack.ts'

export type WebhookOptions = { url: string; apiUrl?: string | undefined; signal: AbortSignal }

/** ADAPTER: an incoming webhook. It can only post, so every result is a message of its own, and nothing else is one. */
export const slackWebhook = ({ url, apiUrl, signal }: WebhookOptions): Slack => {
  const address = slackAddress(url, 'hooks.slack.com', apiUrl)
  return {
    async tell({ message, reply }) {
      if (reply === undefined) return undefined
      const body = { ...message, unfurl_links: false, unfurl_media: false }
      const { status, text } = await postToSlack(address, { headers: {}, body, signal })
      if (status !== 200) throw refused(status, text.trim().slice(0, 100))
      return undefined
    },
  }
}

const HINT: Record<string, string> = {
  no_service: 'the webhook was removed: make a new one in the Slack app and set slack-webhook-url',
  no_active_hooks: 'the webhook was switched off: make a new one in the Slack app and set slack-webhook-url',
  invalid_token: 'the webhook is not known: copy slack-webhook-url again',
  channel_is_archived: 'its channel is archived: make a webhook for another channel',
  channel_not_found: 'its channel is gone: make a webhook for another channel',
  action_prohibited: 'an administrator has restricted posting to its channel',
}

const refused = (status: number, word: string): PreviewError => {
  const hint = HINT[word]
  const what = status >= 300 && status < 400 ? 'a redirect, which is not followed' : word || 'no reason'
  return new PreviewError('Rejected', `Slack's webhook refused the message: ${status}, ${what}`, hint ? { hint } : {})
}
