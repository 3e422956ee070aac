import { type Answer, type Call, startWire } from '../github/wire.ts'
import { type Channels, createChannels, type Message } from './channels.ts'
import { answerMethod } from './web-api.ts'
import { answerWebhook } from './webhook.ts'

export type Slack = Awaited<ReturnType<typeof startSlack>>
export type SlackOptions = {
  /** 0 takes a free one. */
  port: number
  host?: string
}

const WEBHOOK_PATH = '/services/T00000000/B00000000/LocalWebhookSecret'
const BOT_TOKEN = 'xoxb-000000000000-000000000000-LocalBotToken'
const CHANNEL = 'C00000000'

/** A Slack workspace with one channel, one incoming webhook to it and one bot in it. */
export const startSlack = async ({ port, host }: SlackOptions) => {
  const channels = createChannels([CHANNEL])
  const wire = await startWire({ port, host })
  wire.answerWith(async (call) => route(channels, call))
  return {
    url: wire.url,
    webhookUrl: wire.url + WEBHOOK_PATH,
    /** Base of the Web API, as `https://slack.com/api`. */
    apiUrl: `${wire.url}/api`,
    botToken: BOT_TOKEN,
    channel: CHANNEL,
    /** Oldest first, edits applied. */
    messages: (): readonly Message[] => channels.messages(),
    /** Messages that would have called people: the mention as written, and where. Text from outside must never do that. */
    violations: () => channels.messages().flatMap(({ ts, pings }) => pings.map((ping) => ({ ts, ping }))),
    /** Deletes a message, and the thread below it, as a person does. */
    remove: channels.remove,
    /** From now on the channel refuses messages. */
    archive: () => channels.archive(CHANNEL),
    requests: wire.requests,
    faults: wire.faults,
    close: wire.close,
  }
}

const route = (channels: Channels, call: Call): Answer => {
  const { pathname } = call.url
  if (pathname.startsWith('/services/')) return answerWebhook(channels, CHANNEL, call, pathname === WEBHOOK_PATH)
  const [, method] = /^\/api\/([\w.]+)$/.exec(pathname) ?? []
  return method === undefined ? { status: 404, body: 'not found' } : answerMethod(channels, call, method, BOT_TOKEN)
}
