import { isDeepStrictEqual } from 'node:util'
import { causeChain, isCode, PreviewError } from './errors.ts'
import type { Comment, Comments, Deployments } from './github/pull-request.ts'
import type { Log } from './log.ts'
import { renderComment } from './report/comment.ts'
import { failureNote, isNote, isOver } from './report/failure-note.ts'
import { type Marker, mayOverwrite, parseMarker } from './report/marker.ts'
import type { Report } from './report/report.ts'
import { slackNews } from './report/slack-message.ts'
import type { Slack, SlackPlace } from './slack/slack.ts'
import { quietUnlessAsked, type Shown, showDeployment, withdrawDeployment } from './tell-deployment.ts'

export type Channels = { comments: Comments; deployments: Deployments; slack: Slack | undefined; log: Log }

type Own = { comment: Comment; marker: Marker }

/**
 * Tells people. A channel that fails is a warning and nothing more: telling never breaks a deploy. An older run never
 * overwrites what a newer one said.
 */
export const tell = async (report: Report, pullRequests: readonly number[], channels: Channels): Promise<void> => {
  const { comments, slack, log } = channels
  let shown: Shown | undefined
  for (const pullRequest of pullRequests) {
    const what = `the comment on #${pullRequest}`
    const all = await optional(what, log, () => comments.own(pullRequest))
    const ours = all && withMarkers(all)
    if (ours?.some(({ marker }) => !mayOverwrite(marker, report.life))) continue
    const found = ours?.at(-1)
    if (isSaid(report, found?.marker)) continue
    // All of them have the same preview.
    shown ??= await onGitHub(report, channels, () =>
      showDeployment(report, found?.marker.deployment, channels.deployments),
    )
    const place = await slackPlace(report, found?.marker.slack, slack, log)
    if (all === undefined || ours === undefined) continue
    const body = renderComment(report, { previous: found?.marker, slack: place, deployment: shown?.remember })
    await optional(what, log, () => write(comments, pullRequest, ours, body))
    await optional(`the note on #${pullRequest}`, log, () => writeNote(report, pullRequest, { all, found, comments }))
  }
  const finish = shown?.finish
  if (finish !== undefined) await onGitHub(report, channels, finish)
}

/** Where a close finds nothing left, only a comment that says otherwise is news: its run was killed before its last words. */
const isSaid = ({ status, life }: Report, marker: Marker | undefined): boolean =>
  status === 'removed' && life === undefined && (marker === undefined || marker.status === status)

/** The newest of our comments is the one. Two runs that began in the same second may each have made one: that is put right here. */
const write = async (comments: Comments, pullRequest: number, ours: readonly Own[], body: string): Promise<void> => {
  const found = ours.at(-1)
  if (found === undefined) return void (await comments.create(pullRequest, body))
  const isThere = found.comment.body === body || (await unlessGone(() => comments.update(found.comment.id, body)))
  if (!isThere) await comments.create(pullRequest, body)
  for (const { comment, marker } of ours.slice(0, -1))
    if (marker.id === found.marker.id) await unlessGone(() => comments.remove(comment.id))
}

type Around = { all: readonly Comment[]; found: Own | undefined; comments: Comments }

const writeNote = async (report: Report, pullRequest: number, { all, found, comments }: Around): Promise<void> => {
  if (found === undefined) return
  const note = failureNote(report, found.marker, found.comment.url)
  if (note !== undefined) await comments.create(pullRequest, note)
  if (!isOver(report)) return
  for (const { id } of all.filter(({ body }) => isNote(body, found.marker.id)))
    await unlessGone(() => comments.remove(id))
}

/** `false` when somebody deleted it in the meantime. */
const unlessGone = async (act: () => Promise<unknown>): Promise<boolean> => {
  try {
    await act()
    return true
  } catch (error) {
    if (isCode(error, 'NotFound')) return false
    throw error
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
      const found = withMarkers(await comments.own(pullRequest)).at(-1)
      if (found === undefined || !isDeepStrictEqual(found.marker.life, ours)) return
      await comments.update(found.comment.id, renderComment(report, { previous: found.marker }))
    })
}

/** Of a run that another one overtook. */
export const withdraw = (report: Report, channels: Channels): Promise<unknown> =>
  onGitHub(report, channels, () => withdrawDeployment(report, channels.deployments))

const onGitHub = <T>(report: Report, { log }: Channels, act: () => Promise<T>): Promise<T | undefined> =>
  optional('the GitHub deployment', log, () => quietUnlessAsked(report, log, act))

const withMarkers = (all: readonly Comment[]): Own[] =>
  all.flatMap((comment) => {
    const marker = parseMarker(comment.body)
    return marker === undefined ? [] : [{ comment, marker }]
  })

const slackPlace = async (
  report: Report,
  place: SlackPlace | undefined,
  slack: Slack | undefined,
  log: Log,
): Promise<SlackPlace | undefined> => {
  const news = slackNews(report)
  if (slack === undefined || news === undefined) return place
  return (await optional('the Slack message', log, () => slack.tell(news, place))) ?? place
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
