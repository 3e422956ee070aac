import { markdownCode, markdownLink, markdownText } from './escape.ts'
import { moment, shortCommit } from './format.ts'
import type { Listed, Report } from './report.ts'

/** What `mode: list` found, newest first. GitHub takes 1 MiB of a summary: a thousand rows are a third of it. */
export const fleet = ({ list }: Report): string => {
  if (list === undefined) return ''
  const { environments, databases, waiting = [] } = list
  const rows = environments.toSorted((a, b) => b.updated.localeCompare(a.updated)).map(row)
  return [
    rows.length === 0 ? 'There is no preview.' : [...HEAD, ...rows].join('\n'),
    databases === undefined ? '' : ['### Databases', ...databases.map((line) => `- ${markdownText(line)}`)].join('\n'),
    waiting.length === 0
      ? ''
      : `Waiting for one, in this order: ${waiting.map((branch) => markdownCode(branch)).join(', ')}`,
  ]
    .filter((zone) => zone !== '')
    .join('\n\n')
}

const HEAD = [
  '| Preview | Pull requests | Phase | Commit | Database | Updated (UTC) |',
  '| :-- | :-- | :-- | :-- | :-- | :-- |',
]

const row = ({ repository, branch, pullRequests, phase, commit, database, urls, updated }: Listed): string => {
  const links = Object.entries(urls).map(([app, url]) => markdownLink(markdownText(app), url))
  const cells = [
    [`${markdownText(repository)} ${markdownCode(branch)}`, ...links].join(' · '),
    pullRequests.map((number) => `${number}`).join(', '),
    phase,
    commit === undefined ? '—' : shortCommit(commit),
    database === undefined ? '—' : markdownCode(database),
    moment(updated),
  ]
  return `| ${cells.join(' | ')} |`
}
