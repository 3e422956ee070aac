import { stripVTControlCharacters } from 'node:util'

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Columns a terminal needs for the text: an emoji takes two, a colour none. */
export const widthOf = (text: string): number =>
  [...graphemes.segment(stripVTControlCharacters(text))].reduce(
    (width, { segment }) => width + (/^\p{RGI_Emoji}$/v.test(segment) ? 2 : 1),
    0,
  )

/** Breaks at spaces only: a URL is copied whole or not at all. What is indented goes on further indented. */
export const wrap = (text: string, width: number): string[] =>
  text.split('\n').flatMap((line) => {
    const lines: string[] = []
    const indent = /^ +/.exec(line)?.[0]
    for (const word of line.split(' ')) {
      const last = lines.at(-1)
      if (last === undefined) lines.push(word)
      else if (widthOf(`${last} ${word}`) > width) lines.push(indent === undefined ? word : `${indent}  ${word}`)
      else lines[lines.length - 1] = `${last} ${word}`
    }
    return lines
  })

export type Align = 'left' | 'right'

/** Rows of cells as lines, every column as wide as its widest cell. */
export const columns = (rows: readonly (readonly string[])[], align: readonly Align[] = []): string[] => {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))))
  return rows.map((row) =>
    widths
      .map((width, at) => {
        const cell = row[at] ?? ''
        const space = ' '.repeat(width - widthOf(cell))
        return align[at] === 'right' ? space + cell : cell + space
      })
      .join('   ')
      .trimEnd(),
  )
}
