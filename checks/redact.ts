/**
 * A container's own words, without what looks like a secret: they go where more people can read than in the cluster. Errs on
 * the side of hiding. Every repetition is bounded, because a log may be written to keep an expression busy.
 */
export const redact = (text: string): string =>
  RULES.reduce((rest, [pattern, hidden]) => rest.replace(pattern, hidden), text)

/** Shorter values stand in half of all words; nobody's password is one of them. */
const SHORTEST = 5

/** Hides these values too, also as JSON and URLs write them, and each line of those that have several. */
export const hiding = (values: readonly string[]): ((text: string) => string) => {
  const lines = values.flatMap((value) => [value, ...value.split('\n')]).map((line) => line.trim())
  const known = lines.filter(({ length }) => length >= SHORTEST).flatMap(writtenAs)
  // The longest first: one may be a part of another.
  const hidden = [...new Set(known)].toSorted((a, b) => b.length - a.length)
  return (text) => redact(hidden.reduce((rest, value) => rest.replaceAll(value, '***'), text))
}

const writtenAs = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value.toWellFormed()),
]

const NAME =
  'pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|credential|private[-_]?key|signing[-_]?key|auth(?!or)|dsn'
const SECRET_NAME = new RegExp(NAME, 'i')

/** Up to its value. */
const ASSIGNED = `(?:${NAME})[a-z0-9_-]{0,40}\\\\{0,3}["']?\\s{0,5}[:=]>?\\s{0,5}`

/** `DB_PASSWORD`, `apiKey` */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

const RULES: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g, '***'],
  // A header's whole value: its first word is only the scheme.
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s{0,5}[:=]\s{0,5}["']?)[^"'\r\n]+/gi, '$1$2***'],
  [/\b(bearer|basic)\s{1,5}[A-Za-z0-9+/=._~-]{8,}/gi, '$1 ***'],
  // "apiKey": "all of it", also where JSON stands in the text of JSON; then password=…, AWS_SECRET_ACCESS_KEY: …
  [new RegExp(`(${ASSIGNED}(\\\\{0,3}["']))(?:(?!\\2)(?:\\\\.|[^\\r\\n])){1,2000}`, 'gi'), '$1***'],
  [new RegExp(`(${ASSIGNED})(?!>)(?:[^\\s"',;&\\\\]|\\\\(?!["']))+`, 'gi'), '$1***'],
  // --password …
  [new RegExp(`(\\s--[a-z0-9_-]{0,40}(?:${NAME})[a-z0-9_-]{0,40}\\s{1,5}["']?)[^\\s"'-][^\\s"']*`, 'gi'), '$1***'],
  // scheme://user:password@host, and user:password@tcp(host)
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,100}):[^\s/]{1,500}@/gi, '$1:***@'],
  [/\b([\w.-]{1,60}):[^\s:@]{1,200}@tcp\(/g, '$1:***@tcp('],
  // Presigned URLs of AWS, Google and Azure
  [/([?&](?:X-(?:Amz|Goog)-(?:Signature|Security-Token|Credential)|Signature|sig)=)[^&\s"']+/gi, '$1***'],
  // AWS keys, JSON Web Tokens and whatever else is JSON in base64; tokens that say whose they are
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '***'],
  [/\beyJ[A-Za-z0-9_=-]{8,4000}(?:\.[A-Za-z0-9_-]{0,4000}){0,4}/g, '***'],
  [
    /\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abprs]-|[rs]k_(?:live|test)_|dckr_[a-z]{3}_)[A-Za-z0-9_=-]{10,}/g,
    '***',
  ],
  [/(hooks\.slack\.com\/(?:services|workflows)\/)[\w/]+/g, '$1***'],
  // "You have reached your pull rate limit as 'name'" names the registry's user.
  [/(pull rate limit as )\S+/gi, '$1***'],
]
