import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { renderComment } from '../../src/report/comment.ts'
import type { Report } from '../../src/report/report.ts'
import { samples } from '../../test/report-samples.ts'
import { widthOf } from './columns.ts'
import { commentLines } from './github-comment.ts'

const shown = (markdown: string, unfold?: (summary: string) => boolean) =>
  commentLines(markdown, 60, unfold).map((line) => stripVTControlCharacters(line))

test('a table lines up, links are numbered', () => {
  const markdown = [
    '| App | Preview | Commit |',
    '| :-- | :-- | :-- |',
    '| 🍣 | [Open](https://a.test/) | abc |',
    '| app1 | ~~[Open app1](https://b.test/)~~ | `def` |',
    '',
    '[again](https://a.test/)',
  ]
  expect(shown(markdown.join('\n'))).toEqual([
    'App    Preview         Commit',
    '🍣     Open [1]        abc',
    'app1   Open app1 [2]   def',
    '',
    'again [1]',
    '',
    '[1] https://a.test/',
    '[2] https://b.test/',
  ])
})

describe('folds', () => {
  const fold = (open: string) =>
    `<details${open}>\n<summary><b>Two</b> things</summary>\n\n- one\n- \`two\`\n\n</details>`

  test('are closed until somebody opens them', () => {
    expect(shown(fold(''))).toEqual(['▸ Two things'])
    expect(shown(fold(''), (summary) => summary === 'Two things')).toEqual(['▾ Two things', '  • one', '  • two'])
  })

  test('are open when the comment says so', () => {
    expect(shown(fold(' open'))[0]).toBe('▾ Two things')
  })
})

test('a block of code keeps its lines, text is broken between words', () => {
  expect(shown('```text\na  b\n\n  <c>\n```')).toEqual(['  a  b', '', '    <c>'])
  expect(shown(`${'word '.repeat(15)}`)).toEqual(['word '.repeat(12).trim(), 'word word word'])
})

test.each(Object.entries(samples))('%s: nothing hidden is shown, nothing is too wide', (_, report: Report) => {
  const lines = commentLines(renderComment(report, {}), 96, () => true)
  // Three stars stand for a secret.
  expect(lines.join('\n')).not.toMatch(/<\/?(details|summary|b|br|code)\b|<!--|eks-preview \{|&#|(?<!\*)\*\*(?!\*)/)
  // An image's name is copied whole or not at all.
  const isBreakable = (line: string) => line.trim().replace(/^• /, '').includes(' ')
  expect(lines.filter((line) => widthOf(line) > 96 && isBreakable(line))).toEqual([])
})
