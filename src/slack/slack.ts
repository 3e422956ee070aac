/** A Slack message: blocks for people, text for notifications. */
export type SlackMessage = { text: string; blocks: readonly object[] }

/** Where a message went, so that it can be edited; a webhook gives none. */
export type SlackPlace = { channel: string; ts: string }

export type Slack = {
  /** Posts, or edits the message at `place` where the credentials allow it. */
  send(message: SlackMessage, place: SlackPlace | undefined): Promise<SlackPlace | undefined>
}
