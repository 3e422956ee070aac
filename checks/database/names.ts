import { DATABASE_NAME } from './contract.ts'

/** More would be a mistake in a range: every name is a database that somebody made by hand. */
const MOST_NAMES = 500

/** What servers keep for themselves, and what preparing keeps there. */
const RESERVED = [
  'eks_preview',
  'information_schema',
  'innodb',
  'mysql',
  'none',
  'performance_schema',
  'postgres',
  'public',
  'rdsadmin',
  'root',
  'sys',
  'template0',
  'template1',
]

/**
 * The names of a pool: entries separated by commas or lines, each a name or one with a range, such as `preview_{01..20}`.
 * @throws Error with every problem
 */
export const expandNames = (text: string): string[] => {
  const entries = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean)
  const problems: string[] = []
  const names: string[] = []
  for (const entry of entries) {
    const expanded = expandEntry(entry, MOST_NAMES - names.length)
    if (typeof expanded === 'string') problems.push(expanded)
    else names.push(...expanded)
  }
  if (entries.length === 0) problems.push('no database is named')
  problems.push(...names.flatMap(problemWith), ...repeated(names))
  if (problems.length > 0) throw new Error(`The names of the databases are not usable: ${problems.join('; ')}`)
  return names
}

/** The names, or what is wrong with the entry. `room` bounds them before they are made: a range may say a billion. */
const expandEntry = (entry: string, room: number): string[] | string => {
  const braces = /^([^{}]*)(?:\{([^{}]*)\}([^{}]*))?$/.exec(entry)
  if (!braces) return `${shown(entry)} may have one range, such as preview_{01..20}`
  const [, before = '', range, after = ''] = braces
  const expanded = range === undefined ? [before] : numbers(range, room)
  if (expanded === 'too many' || expanded?.length === 0 || (expanded && expanded.length > room))
    return `${shown(entry)} makes more than ${MOST_NAMES} names`
  if (!expanded) return `${shown(entry)} needs a range whose ends are equally long and in order, such as {01..20}`
  return range === undefined ? expanded : expanded.map((number) => `${before}${number}${after}`)
}

const numbers = (range: string, room: number): string[] | 'too many' | undefined => {
  const [, from = '', to = ''] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(range) ?? []
  // Of one length, so that they sort as they count.
  if (from === '' || from.length !== to.length || Number(from) > Number(to)) return undefined
  const count = Number(to) - Number(from) + 1
  if (count > room) return 'too many'
  return Array.from({ length: count }, (_, index) => String(Number(from) + index).padStart(from.length, '0'))
}

const problemWith = (name: string): string[] => {
  if (!DATABASE_NAME.test(name)) {
    return [`${shown(name)} must begin with a letter, followed by at most 31 letters, digits, _ and -`]
  }
  const reserved = RESERVED.includes(name.toLowerCase()) || /^pg_/i.test(name)
  return reserved ? [`${shown(name)} is a name that database servers use themselves`] : []
}

/** Where names are files, as in MySQL, two that differ in case may be one. */
const repeated = (names: string[]): string[] => {
  const seen = new Map<string, number>()
  for (const name of names) seen.set(name.toLowerCase(), (seen.get(name.toLowerCase()) ?? 0) + 1)
  return [...seen].filter(([, count]) => count > 1).map(([name]) => `${shown(name)} is named more than once`)
}

const shown = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 59)}…` : name)
