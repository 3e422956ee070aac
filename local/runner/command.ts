export type Command = { name: string; properties: Record<string, string>; data: string }

type Escapes = readonly (readonly [escaped: string, plain: string])[]

// Each grammar unescapes its own set, and `%25` last: what an escaped percent sign hides must stay text.
const DATA: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
]
const PROPERTY: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
]
const BRACKET: Escapes = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%25', '%'],
]

const unescaped = (text: string, escapes: Escapes) =>
  escapes.reduce((done, [escaped, plain]) => done.replaceAll(escaped, plain), text)

const commandOf = (
  head: string,
  data: string,
  separator: string,
  escapes: Escapes,
  isKnown: (name: string) => boolean,
) => {
  const space = head.indexOf(' ')
  const name = (space < 0 ? head : head.slice(0, space)).toLowerCase()
  if (!isKnown(name)) return undefined
  const properties: Record<string, string> = {}
  for (const pair of space > 0 ? head.slice(space + 1).split(separator) : []) {
    const equals = pair.indexOf('=')
    if (equals > 0 && equals < pair.length - 1) {
      properties[pair.slice(0, equals).trim().toLowerCase()] = unescaped(pair.slice(equals + 1), escapes)
    }
  }
  return { name, properties, data }
}

/**
 * One line of a step's output as GitHub's runner reads it (actions/runner, ActionCommand.cs). `::name k=v,k=v::data` counts
 * after leading white space only; the older `##[name k=v;k=v]data` counts *anywhere* in a line, which is what makes
 * foreign text in a log dangerous. Names are case-insensitive; a name the runner does not know leaves the line as text.
 */
export const parseCommand = (line: string, isKnown: (name: string) => boolean): Command | undefined => {
  const text = line.trimStart()
  const end = text.startsWith('::') ? text.indexOf('::', 2) : -1
  if (end >= 0) {
    const found = commandOf(text.slice(2, end), unescaped(text.slice(end + 2), DATA), ',', PROPERTY, isKnown)
    if (found) return found
  }
  const start = line.indexOf('##[')
  const close = start < 0 ? -1 : line.indexOf(']', start)
  if (close < 0) return undefined
  return commandOf(line.slice(start + 3, close), unescaped(line.slice(close + 1), BRACKET), ';', BRACKET, isKnown)
}
