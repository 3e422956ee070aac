/** A Slack message: blocks for people, text for notifications. */
export type SlackMessage = { text: string; blocks: readonly object[] }

/** What is to be told of a pull request. */
export type SlackNews = {
  /** The state it is in, for the one message that is edited. */
  message: SlackMessage
  /** What came out, for those who follow its thread; absent while something is under way. */
  reply?: SlackMessage
  /** Whether the whole channel is to see the reply. */
  isAlarm: boolean
}

/** Where a message went, so that it can be edited; a webhook gives none. */
export type SlackPlace = { channel: string; ts: string }

export type Slack = {
  /** Edits the message at `place` and replies to it, or posts one, as far as the credentials allow. */
  tell(news: SlackNews, place: SlackPlace | undefined): Promise<SlackPlace | undefined>
}
