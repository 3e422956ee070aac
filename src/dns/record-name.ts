/**
 * Route 53 writes every character of a name but a-z, 0-9, `-`, `_` and `.` as `\` and three octal digits, and ends names
 * with a dot. `\056` and `\134` (a dot and a backslash inside a label) and bytes above ASCII stay as they are: decoded
 * they could not be told apart from what they are not.
 */
export const fromRoute53 = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/\\([0-7]{3})/g, (written, octal: string) => {
      const code = Number.parseInt(octal, 8)
      return code > 32 && code < 127 && code !== 0o56 && code !== 0o134 ? String.fromCharCode(code) : written
    })

export const toRoute53 = (name: string): string =>
  `${name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/\\[0-7]{3}|[^a-z0-9\-_.]/g, (part) => (part.length === 4 ? part : octal(part)))}.`

const octal = (character: string) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`

/** Names in the order of a listing: labels from the right, each followed by a dot, as ASCII text. */
export const sortKey = (name: string): string => `${toRoute53(name).slice(0, -1).split('.').reverse().join('.')}.`
