import { executionNameOf, executionUrl } from './console.ts'
import type { SmokeApp, SmokeCase, SmokeInput, SmokeResult } from './contract.ts'
import type { CaseExchanges } from './exchange.ts'
import { type Html, html } from './html.ts'
import { ANSWERS, answerTo, caseItem, LOOKS } from './report-case.ts'
import { REPORT_STYLE } from './report-style.ts'
import { changesSince, duration, plural, utc, verdictOf } from './report-words.ts'

type Checked = {
  input: SmokeInput
  /** ARN. */
  execution: string
  result: SmokeResult
  /** What was asked, by case and attempt. */
  exchanges?: readonly CaseExchanges[]
}

/** A page that stands alone: no script, nothing loaded, every word from outside escaped. */
export const renderReport = ({ input, execution, result, exchanges = [] }: Checked): string => {
  const verdict = verdictOf(result)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${verdict.title} · ${input.environment.branch}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<header class="${verdict.tone}">
<p class="over">Preview check · ${input.environment.repository}</p>
<h1><span class="mark" aria-hidden="true">${verdict.mark}</span>${verdict.title}</h1>
<p class="lead">${verdict.lead}</p>
${balance(result)}
${news(input, result)}
</header>
${result.error && html`<section class="broken"><h2>Why the checks stopped</h2><p><b>${result.error.name}</b>: ${result.error.message}</p></section>`}
${facts(input, execution, result)}
${groups(input, result).map((group) => groupSection(input, group, exchanges))}
${footer(input, execution)}
</main>
</body>
</html>
`.markup
}

const balance = ({ cases, counts, error }: SmokeResult): Html | false => {
  if (cases.length === 0) return false
  const exclusive = { ...counts, passed: counts.passed - counts.flaky }
  const parts = ANSWERS.map((word) => ({ word, tone: LOOKS[word].tone, count: exclusive[word] })).filter(
    (part) => part.count > 0,
  )
  return html`<div class="balance" aria-hidden="true">${parts.map(({ tone, count }) => html`<i class="${tone}" style="flex-grow:${count}"></i>`)}</div>
<p class="legend">${error && html`<span>Known so far:</span>`}${parts.map(({ tone, word, count }) => html`<span class="${tone}"><b>${count}</b> ${word}</span>`)}</p>`
}

/** What changed since this environment was checked before. */
const news = ({ previous }: SmokeInput, { cases }: SmokeResult): Html | false => {
  if (previous === null || cases.length === 0) return false
  const changes = changesSince(previous, cases)
  const words = (
    [
      ['bad', changes.newFailures, 'new failure'],
      ['bad', changes.stillFailing, 'still failing'],
      ['good', changes.fixed, 'fixed'],
    ] as const
  )
    .filter(([, those]) => those.length > 0)
    .map(
      ([tone, those, word]) =>
        html`<span class="${tone}"><b>${those.length}</b> ${word === 'new failure' && those.length > 1 ? 'new failures' : word}</span>`,
    )
  return html`<p class="legend changes"><span>Since commit ${previous.commit.slice(0, 7)}:</span>${words.length > 0 ? words : 'nothing changed'}</p>`
}

const link = (address: string, text: string): Html => html`<a href="${address}" rel="noreferrer noopener">${text}</a>`

/** Always six, which makes full rows of two and of three. */
const facts = (input: SmokeInput, execution: string, result: SmokeResult): Html => {
  const { commit, environment, pullRequest, run } = input
  const home = `${new URL(run.url).origin}/${environment.repository}`
  const attempts = Math.max(1, ...result.cases.flatMap((each) => each.history?.map(({ attempt }) => attempt) ?? []))
  return html`<dl class="facts">
<div><dt>Pull request</dt><dd>${pullRequest === null ? 'none' : link(`${home}/pull/${pullRequest}`, `#${pullRequest}`)}</dd></div>
<div><dt>Branch</dt><dd>${environment.branch}</dd></div>
<div><dt>Commit</dt><dd>${link(`${home}/commit/${commit}`, commit.slice(0, 7))} <small>${commitWords(input, result)}</small></dd></div>
<div><dt>Checked</dt><dd><time datetime="${result.started}">${utc(result.started)}</time> <small>took ${duration(result.ms)} in ${plural(attempts, 'attempt')}</small></dd></div>
<div><dt>Database</dt><dd>${input.database?.name ?? 'none'}</dd></div>
<div><dt>Asked by</dt><dd>${link(run.url, 'workflow run')}, in an ${link(executionUrl(execution), 'execution')}</dd></div>
</dl>`
}

const commitWords = (input: SmokeInput, result: SmokeResult): string => {
  if (result.commitVerified) return 'confirmed by the apps'
  return input.apps.some((app) => app.commit) ? 'not confirmed' : 'the apps do not say'
}

type Group = { app: SmokeApp | null; cases: SmokeCase[] }

const groups = (input: SmokeInput, result: SmokeResult): Group[] =>
  [...input.apps, null]
    .map((app) => ({ app, cases: result.cases.filter((each) => each.app === (app?.name ?? null)) }))
    .filter((group) => group.cases.length > 0)

const groupSection = (input: SmokeInput, { app, cases }: Group, exchanges: readonly CaseExchanges[]): Html => {
  const passed = cases.filter((each) => each.status === 'passed').length
  const sorted = ANSWERS.flatMap((answer) => cases.filter((each) => answerTo(each) === answer))
  return html`<section class="app">
<div class="head"><h2>${app?.name ?? 'The whole environment'}</h2><span>${passed} of ${cases.length} passed</span>
${app && html`<p class="url">${link(app.url, app.url)}${app.logs !== undefined && html` · ${link(app.logs, 'its logs')}`}</p>`}</div>
<ul>${sorted.map((each) => caseItem(input, each, exchanges))}</ul>
</section>
`
}

const footer = (input: SmokeInput, execution: string): Html => html`<footer>
<h2>How to read this page</h2>
<p>Each line is one question put to the running preview. <b>Passed</b>: the answer was right at the first attempt.
<b>Flaky</b>: right in the end, after failing before; worth a look, since the next run may be less lucky.
<b>Failed</b>: wrong in every attempt. <b>Skipped</b>: not asked, usually because something before it failed.</p>
<p><b>Commit</b>: an app can say which commit it was built from. Confirmed means that every app that says so named this
one; where no app does, that the new version answers is known from the rollout alone.</p>
<p>Passwords, tokens and cookies are left out as ***. The same as data: report.json beside this page.</p>
<p class="ids">Environment ${input.environment.id} · commit ${input.commit} · execution ${executionNameOf(execution)}</p>
</footer>`
