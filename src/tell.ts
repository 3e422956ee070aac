import { isDeepStrictEqual } from 'node:util'
import { causeChain, PreviewError } from './errors.ts'
import type { Comments } from './github/pull-request.ts'
import type { Log } from './log.ts'
import { renderComment } from './report/comment.ts'
import { mayOverwrite, parseMarker } from './report/marker.ts'
import type { Report } from './report/report.ts'
import { slackMessage } from './report/slack-message.ts'
import type { Slack, SlackPlace } from './slack/slack.ts'

export type Channels = { comments: Comments; slack: Slack | undefined; log: Log }

/**
 * Tells people. A channel that fails is a warning and nothing more: telling never breaks a deploy. An older run never
 * overwrites what a newer one said.
 */
export const tell = async (
  report: Report,
  pullRequests: readonly number[],
  { comments, slack, log }: Channels,
): Promise<void> => {
  for (const pullRequest of pullRequests) {
    const what = `the comment on #${pullRequest}`
    const ours = await optional(what, log, () => ownComments(comments, pullRequest))
    const found = ours?.at(-1)
    if (!mayOverwrite(found?.marker, report.life)) continue
    const place = await slackPlace(report, found?.marker.slack, slack, log)
    if (ours === undefined) continue
    await optional(what, log, async () => {
      const body = renderComment(report, {
        ...(found ? { previous: found.marker } : {}),
        ...(place ? { slack: place } : {}),
      })
      if (found === undefined) await comments.create(pullRequest, body)
      else if (found.comment.body !== body) await comments.update(found.comment.id, body)
    })
  }
}

/**
 * GitHub has no conditional write: what a run reads a comment for may be written after a newer run's words. Where `ours` are
 * the last ones although the environment is another run's, `report` takes their place.
 */
export const retell = async (
  report: Report,
  ours: NonNullable<Report['life']>,
  pullRequests: readonly number[],
  { comments, log }: Channels,
): Promise<void> => {
  for (const pullRequest of pullRequests)
    await optional(`the comment on #${pullRequest}`, log, async () => {
      const found = (await ownComments(comments, pullRequest)).at(-1)
      if (found === undefined || !isDeepStrictEqual(found.marker.life, ours)) return
      await comments.update(found.comment.id, renderComment(report, { previous: found.marker }))
    })
}

const ownComments = async (comments: Comments, pullRequest: number) =>
  (await comments.own(pullRequest)).flatMap((comment) => {
    const marker = parseMarker(comment.body)
    return marker === undefined ? [] : [{ comment, marker }]
  })

/** Slack hears of results; what is under way stands in the comment. */
const slackPlace = async (
  report: Report,
  place: SlackPlace | undefined,
  slack: Slack | undefined,
  log: Log,
): Promise<SlackPlace | undefined> => {
  const isResult = report.status === 'live' || report.status === 'failed' || report.status === 'removed'
  if (slack === undefined || !isResult) return place
  return (await optional('the Slack message', log, () => slack.send(slackMessage(report), place))) ?? place
}

export const optional = async <T>(what: string, log: Log, act: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await act()
  } catch (error) {
    const hint = error instanceof PreviewError && error.hint ? ` — ${error.hint}` : ''
    log.warning(`${what} could not be written: ${causeChain(error).join(': ')}${hint}`)
    return undefined
  }
}
