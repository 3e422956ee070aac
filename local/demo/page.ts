import { styleText } from 'node:util'
import type { Claim } from './claims.ts'
import { wrap } from './columns.ts'

const WIDEST = 100

export type Page = ReturnType<typeof createPage>

/** Where the demo is written: at most 100 columns, colours only where they can be seen. */
export const createPage = (out: NodeJS.WriteStream) => {
  const width = Math.min(WIDEST, out.columns || WIDEST)
  const line = (text = ''): void => void out.write(`${text}\n`)
  return {
    /** Columns inside a frame. */
    width: width - 4,
    line,
    heading: (text: string): void => {
      const rule = '─'.repeat(Math.max(0, width - text.length - 4))
      line(`\n${styleText('bold', `── ${text} ${rule}`)}`)
    },
    text: (text: string): void => {
      for (const each of wrap(text, width)) line(each)
    },
    /** What happens, and where: `GitHub: Ada opens pull request #1`. */
    caption: (where: string, text: string): void => {
      const [first = '', ...more] = wrap(`${where}: ${text}`, width)
      line()
      line(styleText('bold', first.slice(0, where.length + 1)) + first.slice(where.length + 1))
      for (const each of more) line(each)
    },
    frame: (lines: readonly string[]): void => {
      for (const each of lines) line(`  ${styleText('gray', '│')} ${each}`.trimEnd())
    },
    claims: (claims: readonly Claim[]): void => {
      line()
      for (const { says, found } of claims) {
        if (found === undefined) line(`  ${styleText('green', '✓')} ${says}`)
        else line(`  ${styleText('red', '✗')} ${says}\n    but found: ${found}`)
      }
    },
  }
}
