import { StringDecoder } from 'node:string_decoder'

/** Cuts a byte stream into lines the way .NET's StreamReader does for the runner: a lone carriage return ends a line too. */
export const createLines = (onLine: (line: string) => void) => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    write(chunk: Buffer) {
      // A carriage return at the very end may still turn out to be the first half of CR LF.
      const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    },
    end() {
      rest = (rest + decoder.end()).replace(/\r$/, '')
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
