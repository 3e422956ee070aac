/** `Warning: 299 - "text" "date"`, any number per header (RFC 7234, 5.5). */
const VALUE = /\d{3} \S+ "((?:[^"\\]|\\.)*)"/g

export const warningsOf = (header: string | string[] | undefined): string[] =>
  [header ?? []].flat().flatMap((line) => Array.from(line.matchAll(VALUE), ([, text = '']) => utf8(unquoted(text))))

const unquoted = (text: string): string => text.replace(/\\(.)/g, '$1')

/** HTTP libraries hand headers over as Latin-1; the API server writes UTF-8. */
const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')
