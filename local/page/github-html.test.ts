import { expect, test } from 'vitest'
import { renderComment } from '../../src/report/comment.ts'
import { samples } from '../../test/report-samples.ts'
import { commentHtml } from './github-html.ts'

const shown = (markdown: string) => commentHtml(markdown).markup

test('tables, folds, links and code as GitHub makes them', () => {
  const live = shown(renderComment(samples.live, {}))
  expect(live).toMatch(/<table>.*<th align="left">App<\/th>.*<td align="left">app1<\/td>/s)
  expect(live).toMatch(/<a href="https:[^"]+" rel="noreferrer noopener" target="_blank">Open app1<\/a>/)
  expect(live).toContain('<code>preview_07</code>')
  expect(live).toMatch(/<details>\s*<summary>4 objects/)
  expect(shown(renderComment(samples.failedByCrash, {}))).toMatch(/<details open>\s*<summary><b>The app crashes<\/b>/)
})

test.each([
  ['a script', '<script>alert(1)</script>', 'alert(1)'],
  ['a handler', '<b onclick="alert(1)">x</b>', '<b>x</b>'],
  ['a picture', '![x](https://a.test/x.png) <img src=x onerror=alert(1)>', '<p> </p>'],
  ['a frame', '<iframe src="https://a.test"></iframe>\n', ''],
  ['a style', '<style>* { display: none }</style>', '* { display: none }'],
  ['a link that runs', '<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
  [
    'a link that leaves its quotes',
    '[x](https://a.test/"onclick="alert(1))',
    'href="https://a.test/%22onclick=%22alert(1)"',
  ],
  [
    'a cell that leaves its quotes',
    '<table><td align="left&quot; onclick=&quot;alert(1)">x</td></table>',
    '<td>x</td>',
  ],
  ['what the comment remembers', 'x\n\n<!-- eks-preview {"id":"a"} -->', '<p>x</p>'],
])('%s is not let through', (_, markdown, left) => {
  const markup = shown(markdown)
  expect(markup).toContain(left)
  expect(markup).not.toMatch(/<(script|img|iframe|style)|<[^>]*\son\w+=|javascript:|eks-preview/i)
})
