import { styleText } from 'node:util'
import { unescaped } from '../page/slack-html.ts'
import { textsOf } from '../slack/blocks.ts'
import { wrap } from './columns.ts'
import { createFootnotes } from './footnotes.ts'

/** A message's blocks as Slack shows them: bold and links, the addresses below. */
export const slackLines = (blocks: readonly unknown[], width: number): string[] => {
  const notes = createFootnotes(width)
  const shown = (text: string): string =>
    text
      .replace(/\*([^*\n]+)\*/g, (_, bold: string) => bold.replace(/\S+/g, (word) => styleText('bold', word)))
      .replace(/<(https?:[^|>]+)\|([^>]*)>/g, (_, url: string, label: string) =>
        // Where the label is the address itself, a note would only say it again.
        unescaped(label) === unescaped(url).replace(/\/$/, '') ? label : `${label} ${notes.mark(unescaped(url))}`,
      )
  const lines = textsOf(blocks).flatMap((text) => wrap(unescaped(shown(text)), width))
  return [...lines, ...(notes.lines().length === 0 ? [] : ['', ...notes.lines()])]
}
