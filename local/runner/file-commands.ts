/**
 * The content of a GITHUB_OUTPUT, GITHUB_STATE or GITHUB_ENV file: `name=value` lines and `name<<DELIMITER` blocks.
 * Throws, as the runner fails the step, on a line of neither form and on a block whose delimiter never comes.
 */
export const parseFileCommands = (text: string): Record<string, string> => {
  const values: Record<string, string> = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const block = line.indexOf('<<')
    if (equals >= 0 && (block < 0 || equals < block)) {
      values[nameOf(line.slice(0, equals), line)] = line.slice(equals + 1)
      continue
    }
    const delimiter = line.slice(block + 2)
    if (block < 0 || delimiter === '') throw new Error(`Invalid format '${line}'`)
    const end = lines.indexOf(delimiter, at + 1)
    if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
    values[nameOf(line.slice(0, block), line)] = lines.slice(at + 1, end).join('\n')
    at = end
  }
  return values
}

const nameOf = (name: string, line: string) => {
  if (name === '') throw new Error(`Invalid format '${line}'. Name must not be empty`)
  return name
}
