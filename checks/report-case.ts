import { isFlaky, type SmokeCase, type SmokeInput } from './contract.ts'
import type { CaseExchanges, Exchange } from './exchange.ts'
import { type Html, html } from './html.ts'
import { duration, durations, since } from './report-words.ts'
import { sameCase } from './result.ts'

type Attempt = NonNullable<SmokeCase['history']>[number]

/** In the order of the page: what needs a look stands first. */
export const ANSWERS = ['failed', 'flaky', 'passed', 'skipped'] as const
export const LOOKS = {
  failed: { tone: 'bad', mark: '✕' },
  flaky: { tone: 'flaky', mark: '✓' },
  passed: { tone: 'good', mark: '✓' },
  skipped: { tone: 'idle', mark: '–' },
}

export const answerTo = (each: SmokeCase): (typeof ANSWERS)[number] => (isFlaky(each) ? 'flaky' : each.status)

/** For who did not write the check. */
const KIND_WORDS = new Map(
  Object.entries({
    login: 'Logs in, as a user would.',
    write: 'Writes something through the app, then looks whether it is where it belongs.',
    queue: 'Hands in work that is done later, then waits until it is done.',
    storage: 'Stores a file through the app, then looks whether it is where it belongs.',
    call: 'Asks the app for something that it needs others for.',
  }),
)

/** One question: its answer, and every attempt at it with what was asked. */
export const caseItem = (input: SmokeInput, each: SmokeCase, exchanges: readonly CaseExchanges[]): Html => {
  const answer = answerTo(each)
  const { tone, mark } = LOOKS[answer]
  const news = since(input.previous?.failed.some(sameCase(each)) ?? null, each.status)
  const history = each.history ?? []
  const badge = answer === 'flaky' ? `flaky, passed on attempt ${history.at(-1)?.attempt ?? each.attempts}` : answer
  const asked = exchanges.filter(sameCase(each))
  const isOne = history.length < 2
  return html`<li class="${tone}">
<span class="mark" aria-hidden="true">${mark}</span>
<div><h3>${each.name} <em>${badge}</em>${news && html` <em class="news">${news}</em>`}${isOne && each.status !== 'skipped' && html`<span class="ms">${duration(each.ms)}</span>`}</h3>
${KIND_WORDS.has(each.kind) && html`<p class="kind">${KIND_WORDS.get(each.kind)}</p>`}
${isOne && each.message && html`<p>${each.message}</p>`}
${isOne ? details(asked.slice(-1)) : html`<ol>${repeats(history).map((attempts) => attemptsItem(attempts, asked))}</ol>`}
</div></li>
`
}

type Repeats = [Attempt, ...Attempt[]]

/** Attempts in a row that came to the same, together. */
const repeats = (history: readonly Attempt[]): Repeats[] => {
  const all: Repeats[] = []
  for (const attempt of history) {
    const last = all.at(-1)
    if (last && isRepeat(last.at(-1), attempt)) last.push(attempt)
    else all.push([attempt])
  }
  return all
}

const isRepeat = (before: Attempt | undefined, now: Attempt): boolean =>
  before?.attempt === now.attempt - 1 && before.status === now.status && before.message === now.message

const attemptsItem = (attempts: Repeats, asked: readonly CaseExchanges[]): Html => {
  const [{ attempt: first, message, status }] = attempts
  const last = first + attempts.length - 1
  const own = asked.filter(({ attempt }) => first <= attempt && attempt <= last)
  const which = first === last ? `Attempt ${first}` : `Attempts ${first}–${last}`
  return html`<li class="${LOOKS[status].tone}"><span class="try">${which} <b>${status}</b></span><p>${message}</p>${status !== 'skipped' && html`<span class="ms">${durations(attempts.map(({ ms }) => ms))}</span>`}${details(own)}</li>`
}

const details = (asked: readonly CaseExchanges[]): Html | false => {
  const all = asked.flatMap(({ attempt, exchanges }) => exchanges.map((exchange) => ({ attempt, exchange })))
  if (all.length === 0) return false
  const words = all.length === 1 ? 'Request and answer' : `${all.length} requests and their answers`
  return html`<details><summary>${words}</summary>${all.map(({ attempt, exchange }) => exchangeBlock(exchange, asked.length > 1 && `Attempt ${attempt}`))}</details>`
}

const exchangeBlock = (exchange: Exchange, attempt: string | false): Html => {
  const { answer, body, headers, method, ms, problem, status, times, url } = exchange
  const repeated = times > 1 && html`, ${times} times in a row`
  return html`<div class="exchange">
<p>${attempt && html`<small>${attempt}</small> `}<b>${method}</b> ${url}</p>
${lines(headers)}${body !== undefined && html`<pre>${body}</pre>`}
<p class="came${problem === undefined ? '' : ' problem'}"><b>${status ?? 'no answer'}</b> ${problem} <small>in ${duration(ms)}${repeated}</small></p>
${answer && html`${lines(answer.headers)}${answer.body !== '' && html`<pre>${answer.body}</pre>`}`}
</div>`
}

const lines = (headers: Record<string, string>): Html | false => {
  const all = Object.entries(headers)
  return (
    all.length > 0 && html`<pre class="headers">${all.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>`
  )
}
