import { type Html, html } from '../../checks/html.ts'
import { NOTE } from '../../src/report/failure-note.ts'
import type { Claim } from '../demo/claims.ts'
import { commentHtml } from './github-html.ts'
import { PAGE_STYLE } from './page-style.ts'
import { slackHtml } from './slack-html.ts'
import { STYLE } from './style.ts'

/** One part of the demo: what happened, what people saw of it, and what was found to be true. */
export type Chapter = {
  title: string
  /** `lines` show what happened. */
  events: { where: string; text: string; lines: readonly string[] }[]
  /** Every state of the comment, as Markdown, in the order in which it was shown. */
  comments: string[]
  /** Blocks of the messages that came into the channel. */
  messages: (readonly unknown[])[]
  /** The smoke check's page, as it is in S3. */
  report?: string
  claims: Claim[]
}
/** What is longer is shown to those who ask for it. */
const LONG = 9

export type PullRequestShown = { repository: string; number: number; title: string; branch: string; isOpen: boolean }

/** One file that loads nothing and runs nothing; reports are pages of their own inside it, without any rights. */
export const storyPage = (pullRequest: PullRequestShown | undefined, chapters: readonly Chapter[]): string =>
  documentOf(
    'eks-preview: a pull request from open to receipt',
    html`<style>${PAGE_STYLE}</style><main>${pullRequest && heading(pullRequest)}
<p class="about">${summary(chapters.flatMap(({ claims }) => claims))}</p>
${chapters.map((chapter, at) => chapterSection(chapter, at === 0))}</main>`,
  )

/** Everything in `content` is inert: only `html` makes it. */
export const documentOf = (title: string, content: Html): string =>
  html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${STYLE}</style>
${content}
</html>
`.markup

const heading = ({ repository, number, title, branch, isOpen }: PullRequestShown): Html => html`
<h1>${title} <span>#${number}</span></h1>
<p class="about"><span class="state${isOpen && ' open'}">${isOpen ? 'Open' : 'Closed'}</span> Ada’s pull request in ${repository}, from <code>${branch}</code></p>`

const summary = (claims: readonly Claim[]): string => {
  const untrue = claims.filter(({ found }) => found !== undefined).length
  const verdict = untrue === 0 ? 'all of them are true' : `${untrue} of them ${untrue === 1 ? 'is' : 'are'} untrue`
  return `What GitHub, Slack and S3 showed while the demo ran, as it was sent to them. ${claims.length} statements were held against cluster, AWS and database: ${verdict}.`
}

const chapterSection = ({ title, events, comments, messages, report, claims }: Chapter, isFirst: boolean): Html => html`
<section class="chapter">
<h2>${title}</h2>
<ul class="events">${events.map(eventLine)}</ul>
<div class="seen">
${comments.length > 0 && html`<div><h3>GitHub, the pull request’s comment</h3>${comments.map((text, at) => commentCard(text, (at > 0 || !isFirst) && !isNote(text)))}</div>`}
${messages.length > 0 && html`<div><h3>Slack, #previews</h3><div class="channel">${messages.map(messageCard)}</div></div>`}
</div>
${report !== undefined && html`<details class="report"><summary>The smoke check’s report, as it is in S3</summary><iframe sandbox srcdoc="${report}" title="Smoke report"></iframe></details>`}
<ul class="claims">${claims.map(claimLine)}</ul>
</section>
`

const eventLine = ({ where, text, lines }: Chapter['events'][number]): Html => {
  const said = html`<b>${where}:</b> ${text}`
  if (lines.length === 0) return html`<li>${said}</li>`
  return html`<li><details${lines.length < LONG && html` open`}><summary>${said}</summary><pre>${lines.join('\n')}</pre></details></li>`
}

const claimLine = ({ says, found }: Claim): Html =>
  found === undefined ? html`<li>${says}</li>` : html`<li class="untrue">${says} — but found: ${found}</li>`

/** Posted beside the one that is edited. */
const isNote = (text: string): boolean => text.includes(NOTE)

/** GitHub says of a comment whether it was edited. */
export const commentCard = (markdown: string, isEdited = false): Html => html`<article class="comment">
<span class="avatar" aria-hidden="true">E</span>
<div class="box"><header><b>github-actions</b> <i>bot</i> commented${isEdited && ' · edited'}</header><div class="body">${commentHtml(markdown)}</div></div>
</article>`

export const messageCard = (blocks: readonly unknown[]): Html => html`<article class="message">
<span class="avatar" aria-hidden="true">E</span>
<div><header><b>eks-preview</b> <i>APP</i></header>${slackHtml(blocks)}</div>
</article>`
