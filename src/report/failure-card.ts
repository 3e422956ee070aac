import { titleOf } from '../cluster/causes.ts'
import type { LogPart } from '../cluster/container-logs.ts'
import type { Diagnosis } from '../cluster/diagnose.ts'
import type { ContainerRow } from '../cluster/evidence.ts'
import { causeChain, type PreviewError, type Problem } from '../errors.ts'
import { markdownBlock, markdownCode, markdownLink, markdownText } from './escape.ts'
import { fold, ITEM, listed } from './folds.ts'
import type { Report, SmokeReport } from './report.ts'
import { CAUSE } from './verdict.ts'

/** Why it failed and what to do next, for a reader who need not know Kubernetes; what was found stands below. */

type Size = { cards: number; rows: number; events: number; logs: number; lines: number; characters: number }

/** A comment is read in an e-mail; the summary has the rest. */
const SHORT: Size = { cards: 3, rows: 3, events: 2, logs: 1, lines: 15, characters: 4_000 }
const WHOLE: Size = { cards: 20, rows: 10, events: 10, logs: 12, lines: 50, characters: 20_000 }

/** For a comment. Open: it is why the reader came. */
export const failureFold = (report: Report): string => failureCard(report, SHORT)

/** For the job summary. */
export const failureDetails = (report: Report): string => failureCard(report, WHOLE)

const failureCard = ({ status, failure, diagnoses = [], smoke }: Report, size: Size): string => {
  if (failure === undefined || status === 'superseded') return ''
  if (failure.code === 'SmokeFailed' && smoke?.result !== undefined) return smokeCard(failure, smoke)
  if (diagnoses.length === 0) return plainCard(failure)
  const cards = diagnoses
    .slice(0, size.cards)
    .map((diagnosis, at) => fold(headingOf(diagnosis), bodyOf(diagnosis, failure, size), at === 0))
  const more = diagnoses.slice(size.cards).map(({ cause, app }) => `${titleOf(cause)} (${app})`)
  return [...cards, ...(more.length === 0 ? [] : [`More in the job summary: ${markdownText(more.join(', '))}`])].join(
    '\n\n',
  )
}

// Inside `<summary>` GitHub reads no Markdown; the entities of inert text mean the same there.
const headingOf = ({ cause, app }: Diagnosis): string => `<b>${titleOf(cause)}</b> — ${markdownText(app)}`

/** What one wants to know first stands first: the log of a container before the state it is in. */
const bodyOf = (diagnosis: Diagnosis, failure: PreviewError, size: Size): string => {
  const { what, next, progress, also, file, chain, containers, logs, missing } = diagnosis
  const isLate = failure.code === 'TimedOut' && progress !== undefined
  const codes = (names: readonly string[], between: string) => names.map((name) => markdownCode(name)).join(between)
  return [
    prose(what),
    `**What to do next:** ${prose(next)}`,
    isLate ? `When the time was up: ${markdownText(progress)}.` : '',
    ...logs.slice(0, size.logs).map((log) => logBlock(log, size)),
    codes(chain, ' → '),
    also.length === 0 ? '' : `Also kept from being ready by it: ${codes(also, ', ')}`,
    file === undefined ? '' : `Manifest: ${markdownCode(file)}`,
    containerTable(containers.slice(0, size.rows)),
    eventList(diagnosis, size),
    missing.length === 0 ? '' : `Could not be read:\n\n${listed(missing.map((line) => markdownText(line, ITEM)))}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Advice marks names as Markdown does; wherever a mark comes from, both sides of it are inert. */
const prose = (text: string): string =>
  text
    .split('`')
    .map((part, at) => (at % 2 === 0 ? spaced(part) : markdownCode(part)))
    .join('')

/** Inert text has no space at its ends: here a name may follow. */
const spaced = (text: string): string =>
  `${/^\s/.test(text) ? ' ' : ''}${markdownText(text)}${/\S\s$/.test(text) ? ' ' : ''}`

const containerTable = (rows: readonly ContainerRow[]): string => {
  if (rows.length === 0) return ''
  const isOne = rows.every(({ pod }) => pod === rows[0]?.pod)
  const lines = rows.map(({ pod, name, state, reason, exitCode, restarts }) => [
    ...(isOne ? [] : [markdownCode(pod)]),
    markdownText(name),
    markdownText(reason === '' ? state : `${state}: ${reason}`),
    exitCode ?? '—',
    restarts,
  ])
  const head = [...(isOne ? [] : ['Pod']), 'Container', 'State', 'Exit code', 'Restarts']
  const rule = [...(isOne ? [] : [':--']), ':--', ':--', '--:', '--:']
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const logBlock = ({ pod, container, previous, lines }: LogPart, size: Size): string => {
  const title = `Last words of ${markdownCode(container)} in ${markdownCode(pod)}${previous ? ', before its restart' : ''}:`
  return `${title}\n\n${markdownBlock(lines.slice(-size.lines), size.characters)}`
}

/** The cluster's own words. */
const eventList = ({ events, reason, what }: Diagnosis, size: Size): string => {
  const lines = events
    .slice(0, size.events)
    .map(({ reason, message, count }) => `${markdownText(reason)}, ${count}×: ${markdownText(message, ITEM * 2)}`)
  const all = lines.length === 0 && !what.includes(reason) ? [markdownText(reason, ITEM * 2)] : lines
  return all.length === 0 ? '' : `What the cluster says:\n\n${listed(all)}`
}

/** Which checks failed stands in a list of its own. */
const smokeCard = ({ hint = '' }: PreviewError, { executionUrl, reportUrl }: SmokeReport): string => {
  const links = [
    ...(reportUrl === undefined ? [] : [markdownLink('What was asked, and what came', reportUrl)]),
    markdownLink('the execution', executionUrl),
  ]
  return `**What to do next:** ${markdownText(hint)}. ${links.join(' · ')}`
}

/** Of a failure that nobody looked into: it says itself what it is about. */
const plainCard = (failure: PreviewError): string => {
  const { object: named } = failure
  const object = named === undefined || failure.message.includes(named) ? '' : `${markdownCode(named)}: `
  const body = [
    object +
      causeChain(failure)
        .map((message) => markdownText(message))
        .join('<br>'),
    problemList(failure.problems),
    failure.hint === undefined ? '' : `**What to do next:** ${markdownText(failure.hint)}`,
  ]
  return fold(`<b>${CAUSE[failure.code]}</b>${at(failure)}`, body.filter((part) => part !== '').join('\n\n'), true)
}

const at = ({ step }: PreviewError): string => (step === undefined ? '' : ` — ${markdownText(step)}`)

const problemList = (problems: readonly Problem[]): string =>
  listed(
    problems.map(({ message, hint, file, line }) => {
      const place = file === undefined ? '' : `${markdownCode(line === undefined ? file : `${file}:${line}`)} `
      return `${place}${markdownText(message, ITEM)}${hint === undefined ? '' : ` — ${markdownText(hint, ITEM)}`}`
    }),
  )
