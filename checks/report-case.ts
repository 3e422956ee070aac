import { isFlaky, type SmokeCase, type SmokeInput } from './contract.ts'
import type { CaseExchanges, Exchange } from './exchange.ts'
import { type Html, html } from './html.ts'
import { duration, since } from './report-words.ts'
import { sameCase } from './result.ts'

type History = NonNullable<SmokeCase['history']>[number]

export const look = (each: Pick<SmokeCase, 'status' | 'attempts'>) => {
  if (each.status === 'failed') return { tone: 'bad', mark: '✕', word: 'failed' }
  if (each.status === 'skipped') return { tone: 'idle', mark: '–', word: 'skipped' }
  return isFlaky(each) ? { tone: 'flaky', mark: '✓', word: 'flaky' } : { tone: 'good', mark: '✓', word: 'passed' }
}

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
  const { tone, mark, word } = look(each)
  const news = since(input.previous?.failed.some(sameCase(each)) ?? null, each.status)
  const history = each.history ?? []
  const asked = exchanges.filter(sameCase(each))
  const isOne = history.length < 2
  return html`<li class="${tone}">
<span class="mark" aria-hidden="true">${mark}</span>
<div><h3>${each.name} <em>${word}</em>${news && html` <em class="news">${news}</em>`}${each.status !== 'skipped' && html`<span class="ms">${duration(each.ms)}</span>`}</h3>
${KIND_WORDS.has(each.kind) && html`<p class="kind">${KIND_WORDS.get(each.kind)}</p>`}
${isOne && each.message && html`<p>${each.message}</p>`}
${isOne ? details(asked.at(-1)) : html`<ol>${history.map((attempt) => attemptItem(attempt, asked))}</ol>`}
</div></li>
`
}

const attemptItem = (attempt: History, asked: readonly CaseExchanges[]): Html => {
  const { tone, mark, word } = look({ ...attempt, attempts: 1 })
  const own = asked.find((each) => each.attempt === attempt.attempt)
  return html`<li class="${tone}"><span class="try">Attempt ${attempt.attempt} <b>${mark} ${word}</b></span><p>${attempt.message}</p><span class="ms">${duration(attempt.ms)}</span>${details(own)}</li>`
}

const details = (asked: CaseExchanges | undefined): Html | false => {
  const exchanges = asked?.exchanges ?? []
  if (exchanges.length === 0) return false
  const words = exchanges.length === 1 ? 'Request and answer' : `${exchanges.length} requests and their answers`
  return html`<details><summary>${words}</summary>${exchanges.map(exchangeBlock)}</details>`
}

const exchangeBlock = (exchange: Exchange): Html => {
  const { answer, body, headers, method, ms, problem, status, times, url } = exchange
  const repeated = times > 1 && html`, ${times} times in a row`
  return html`<div class="exchange">
<p><b>${method}</b> ${url}</p>
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
