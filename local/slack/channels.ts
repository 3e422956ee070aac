import { blockProblems, textsOf } from './blocks.ts'
import { pings, readable } from './mrkdwn.ts'

export type Message = {
  channel: string
  /** Slack's id of a message: seconds with six decimals, unique in a channel. */
  ts: string
  threadTs?: string
  /** A thread's reply that is shown in the channel too. */
  broadcast: boolean
  by: 'webhook' | 'bot'
  /** As it was sent. */
  text: string
  blocks: unknown[]
  /** Text and blocks as a reader sees them. */
  readable: string
  /** Mentions that would have called people. */
  pings: string[]
  edited: boolean
}

export type Draft = { text?: unknown; blocks?: unknown }
export type Channels = ReturnType<typeof createChannels>

/** api.slack.com/methods/chat.postMessage: what is longer is cut, which nobody wants unnoticed, so here it is an error. */
const LONGEST_TEXT = 40_000

/** The error code Slack answers with, or undefined when the message can be shown. */
export const problemOf = ({ text, blocks }: Draft): { error: string; details?: string[] } | undefined => {
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0
  if (!hasBlocks && (typeof text !== 'string' || text === '')) return { error: 'no_text' }
  if (typeof text === 'string' && text.length > LONGEST_TEXT) return { error: 'msg_too_long' }
  const details = blocks === undefined ? [] : blockProblems(blocks)
  return details.length > 0 ? { error: 'invalid_blocks', details } : undefined
}

const contentOf = ({ text, blocks }: Draft) => {
  const all = { text: typeof text === 'string' ? text : '', blocks: Array.isArray(blocks) ? blocks : [] }
  const texts = all.blocks.length > 0 ? textsOf(all.blocks) : [all.text]
  // The text of a message with blocks is what a notification shows: it calls people as well.
  const seen = new Set([all.text, ...texts].flatMap(pings))
  return { ...all, readable: texts.map(readable).join('\n'), pings: [...seen] }
}

export const createChannels = (names: string[]) => {
  const messages: Message[] = []
  const archived = new Set<string>()
  let lastTs = 1_700_000_000

  return {
    has: (channel: string) => names.includes(channel),
    isArchived: (channel: string) => archived.has(channel),
    archive: (channel: string) => void archived.add(channel),
    messages: () => messages,
    find: (channel: string, ts: unknown) =>
      messages.find((message) => message.channel === channel && message.ts === ts),
    post(at: Pick<Message, 'channel' | 'by' | 'broadcast'> & { threadTs?: string | undefined }, draft: Draft): Message {
      const { threadTs, ...rest } = at
      lastTs += 1
      const ts = `${lastTs}.${String(messages.length + 1).padStart(6, '0')}`
      const message = { ...rest, ts, ...(threadTs !== undefined && { threadTs }), ...contentOf(draft), edited: false }
      messages.push(message)
      return message
    },
    /** As a person does it in Slack; a thread goes with its first message. */
    remove: (ts: string) => {
      const left = messages.filter((message) => message.ts !== ts && message.threadTs !== ts)
      messages.splice(0, messages.length, ...left)
    },
    edit: (message: Message, draft: Draft) => void Object.assign(message, contentOf(draft), { edited: true }),
  }
}
