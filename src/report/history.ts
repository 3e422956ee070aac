import * as z from 'zod'
import { markdownCode, markdownLink, markdownText } from './escape.ts'
import { fold } from './folds.ts'
import { duration, moment, shortCommit } from './format.ts'
import { commitUrl } from './links.ts'
import type { Report } from './report.ts'
import { verdict } from './verdict.ts'

/** A deployment that came to its end, as the comment remembers it. */
export const pastDeployment = z.object({
  commit: z.string(),
  /** The verdict's icon and first words. */
  icon: z.string().max(10),
  result: z.string().max(200),
  /** It went live, and nothing failed. */
  ok: z.boolean(),
  ms: z.number(),
  at: z.iso.datetime(),
  run: z.string(),
})
export type PastDeployment = z.infer<typeof pastDeployment>

export const REMEMBERED = 5
/** Characters; of two code units each at most. */
const RESULT = 100

/** The newest first. A run that tells twice, its post step after its main, is there once. */
export const historyOf = (report: Report, before: readonly PastDeployment[] = []): PastDeployment[] => {
  const { commit, intent, ms, run, startedAt, status } = report
  const isEnd = intent.kind === 'deploy' && (status === 'live' || status === 'failed')
  if (!isEnd || commit === undefined) return [...before]
  const { icon, lead } = verdict(report)
  const ok = status === 'live' && report.smoke?.ok !== false
  const now = { commit, icon, ok, result: [...lead].slice(0, RESULT).join(''), ms, at: startedAt, run: runOf(run) }
  return [now, ...before.filter((one) => one.run !== now.run)].slice(0, REMEMBERED)
}

const runOf = ({ url, attempt }: Report['run']): string => (attempt > 1 ? `${url}/attempts/${attempt}` : url)

/** Only where it says more than the verdict does. */
export const historyFold = (past: readonly PastDeployment[], report: Report): string => {
  const others = past.filter(({ run }) => run !== runOf(report.run))
  if (others.length === 0) return ''
  const rows = past.map(({ at, commit, icon, ms, result, run }) => [
    markdownLink(markdownCode(shortCommit(commit)), commitUrl(report, commit)),
    `${markdownText(icon)} ${markdownText(result)}`,
    ms > 0 ? duration(ms) : '—',
    moment(at),
    markdownLink('run', run),
  ])
  const head = ['Commit', 'Result', 'Time', 'Started (UTC)', '']
  const rule = [':--', ':--', '--:', ':--', ':--']
  return fold('Last deployments', [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'))
}
