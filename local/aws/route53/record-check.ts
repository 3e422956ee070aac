import { isIPv4, isIPv6 } from 'node:net'
import type { RecordSet } from './record-set.ts'

const fatal = (problem: string, meaning: string, value: string): string =>
  `FATAL problem: ${problem} (${meaning}) encountered with '${value}'`

const MAX_LABEL = 63
// 255 octets on the wire: a length byte per label and the root make it 253 characters, and the dot at the end one more.
const MAX_NAME = 254
const UNESCAPED = /[^\x21-\x7e]/

/** A label's length in octets: `\052` is one. */
const octets = (label: string): number => label.replace(/\\[0-7]{3}/g, '?').length

export const nameProblem = (name: string, zone: string): string | undefined => {
  const labels = name.slice(0, -1).split('.')
  if (UNESCAPED.test(name)) return fatal('UnsupportedCharacter', 'Value contains unsupported characters', name)
  if (labels.includes('')) return fatal('DomainLabelEmpty', 'Domain label is empty', name)
  if (labels.some((label) => octets(label) > MAX_LABEL)) {
    return fatal('DomainLabelTooLong', 'Domain label is too long', name)
  }
  if (octets(name) > MAX_NAME) return fatal('DomainNameTooLong', 'Domain name is too long', name)
  if (name !== zone && !name.endsWith(`.${zone}`)) return `RRSet with DNS name ${name} is not permitted in zone ${zone}`
  return undefined
}

// One or more quoted strings; inside one, a quote or a backslash is escaped, other odd octets are \ooo.
const QUOTED = /^"(?:[^"\\]|\\[0-7]{3}|\\.)*"(?:\s+"(?:[^"\\]|\\[0-7]{3}|\\.)*")*$/
const ONE_QUOTED = /"((?:[^"\\]|\\[0-7]{3}|\\.)*)"/g
const PRINTABLE = /^[\x20-\x7e]*$/
const MAX_STRING = 255
const MAX_TXT = 4000

const textProblem = (value: string): string | undefined => {
  if (!QUOTED.test(value)) return fatal('InvalidCharacterString', 'Value should be enclosed in quotation marks', value)
  if (!PRINTABLE.test(value)) return fatal('InvalidCharacterString', 'Value contains unsupported characters', value)
  const strings = [...value.matchAll(ONE_QUOTED)].map(([, text = '']) => text.replace(/\\([0-7]{3}|.)/g, '?'))
  if (strings.some((text) => text.length > MAX_STRING) || strings.join('').length > MAX_TXT) {
    return fatal('CharacterStringTooLong', 'Value is too long', value)
  }
  return undefined
}

const PROBLEM_BY_TYPE: Readonly<Record<string, (value: string) => string | undefined>> = {
  A: (value) =>
    isIPv4(value) ? undefined : fatal('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address', value),
  AAAA: (value) =>
    isIPv6(value) ? undefined : fatal('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address', value),
  TXT: textProblem,
}

/** What is wrong with the set's values; types this product never writes pass unchecked. */
export const valueProblems = (set: RecordSet): string[] => {
  const values = set.values ?? []
  const twice = values.filter((value, index) => values.indexOf(value) !== index)
  return [
    ...values.map((value) => PROBLEM_BY_TYPE[set.type]?.(value)).filter((problem) => problem !== undefined),
    ...twice.map((value) => `Duplicate Resource Record: '${value}'`),
  ].map((problem) => (problem.startsWith('FATAL') ? `Invalid Resource Record: '${problem}'` : problem))
}
