import { causeChain, type PreviewError, type Problem } from '../errors.ts'
import { inertLog } from './escape.ts'
import type { Report } from './report.ts'
import { CAUSE } from './verdict.ts'

/** In the shape of `core.error`'s second argument, with the message beside it. */
export type Annotation = { message: string; title: string; file?: string; startLine?: number }

/** GitHub shows ten of a step's errors. */
const SHOWN = 10

/** `::error` lines: one for each thing that is wrong at a place in the repository, else one for the failure. */
export const annotationsOf = ({ status, failure }: Report): Annotation[] => {
  if (failure === undefined || status === 'superseded') return []
  const title = inertLog(failure.step === undefined ? CAUSE[failure.code] : `${CAUSE[failure.code]}: ${failure.step}`)
  if (failure.problems.length === 0) return [{ title, message: inertLog(whole(failure), 4_000) }]
  return failure.problems.slice(0, SHOWN).map((problem) => ({
    title: problem.title === undefined ? title : inertLog(problem.title),
    ...atPlace({ ...hintOf(failure), ...problem }),
  }))
}

const whole = (failure: PreviewError): string =>
  [...causeChain(failure), ...(failure.hint === undefined ? [] : [`What to do next: ${failure.hint}`])].join('\n')

/** What helps with all of them helps with one. */
const hintOf = ({ hint }: PreviewError) => (hint === undefined ? {} : { hint })

const atPlace = ({ message, hint, file, line }: Problem) => ({
  message: inertLog(hint === undefined ? message : `${message.replace(/\.$/, '')}: ${hint}`, 4_000),
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { startLine: line }),
})
