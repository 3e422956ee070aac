import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../local/runner/command.ts'
import { hostile } from '../../test/hostile-text.ts'
import { inertLog, markdownBlock, markdownCode, markdownLink, markdownText, slackLink, slackText } from './escape.ts'

const RUNS = { numRuns: 10_000 }

const html = (markdown: string) =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })

const tags = (page: string) => [...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map((match) => match[1])
const decoded = (page: string) =>
  page.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const prose = (page: string) => decoded(page.replaceAll(/<code[^>]*>.*?<\/code>|<[^>]*>/gs, ' '))

const elements = (text: boolean, code: boolean, link: boolean) => {
  const span = code ? ['code', 'code'] : []
  const head = ['table', 'thead', 'tr', 'th', 'th', 'th', 'th', 'th', 'th', 'tr', 'thead', 'tbody', 'tr']
  const row = ['td', 'td', 'td', ...span, 'td', 'td', ...(link ? ['a', 'a'] : []), 'td', 'tr', 'tbody', 'table']
  const rest = ['ul', 'li', ...span, 'li', 'ul', 'details', 'pre', 'code', 'code', 'pre', 'details']
  return [...(text ? ['p', 'p'] : []), ...head, ...row, ...rest]
}

/** GitHub looks for these in the text of the page, outside of code. */
const REFERENCE = /@[\w-]|#\d|GH-\d|:\/\/|www\./i

describe('the log', () => {
  test('no line is a command of the runner, whatever it is given', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(hostile, (text) => {
        // As .NET's StreamReader cuts what the runner reads.
        for (const line of `${inertLog(text)}\n`.split(/\r\n|\n|\r/)) {
          expect(parseCommand(line, () => true)).toBeUndefined()
          expect(line).not.toMatch(/^[\s\u0085]*::|##\[/)
        }
      }),
      RUNS,
    )
  })

  test('shows what cannot be seen, and breaks what would be obeyed', () => {
    expect(inertLog('::set-output name=url::http://evil')).toBe('\\u{3a}:set-output name=url::http://evil')
    expect(inertLog('a ##[add-mask]b')).toBe('a #\\u{23}[add-mask]b')
    expect(inertLog('user\u202egnp.exe')).toBe('user\\u{202e}gnp.exe')
    expect(inertLog('one\r\n::error::two')).toBe('one\n  \\u{3a}:error::two')
    expect(inertLog('\u001b[31mred\u001b[0m 👩‍💻 日本\tx')).toBe('red 👩‍💻 日本\tx')
  })

  test('cuts what is too long, and says how much is missing', () => {
    expect(inertLog('abcdef', 4)).toBe('abcd… (2 more characters)')
    expect(inertLog('abc🍣', 4)).toBe('abc… (2 more characters)')
  })
})

describe('Markdown', () => {
  test('whatever it is given, the page has our elements and no other', { timeout: 120_000 }, () => {
    const url = fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), hostile)
    fc.assert(
      fc.property(hostile, hostile, hostile, url, (text, code, line, link) => {
        const cells = `| ${markdownText(text)} | x${markdownCode(code)} | ${markdownLink('here', link)} |`
        const page = html(
          `${markdownText(text)}\n\n| a | b | c |\n| - | - | - |\n${cells}\n\n- x${markdownCode(code)}\n\n` +
            `<details>\n\n${markdownBlock([line, text])}\n\n</details>`,
        )
        const isLink = URL.canParse(link) && /^https?:$/.test(new URL(link).protocol)
        expect(tags(page)).toEqual(elements(markdownText(text) !== '', markdownCode(code) !== '', isLink))
        expect(prose(page)).not.toMatch(REFERENCE)
        const href = decoded(/<a href="([^"]*)">here<\/a>/.exec(page)?.[1] ?? '')
        expect(href && new URL(href).host).toBe(isLink ? new URL(link).host : '')
      }),
      RUNS,
    )
  })

  test('a link to a script is none', () => {
    expect(markdownLink('here', 'javascript:alert(1)')).toBe('here')
  })

  test('what is harmless stays readable', () => {
    expect(markdownText('image not found (app1): 2 of 3 · 日本 🍣')).toBe('image not found (app1): 2 of 3 · 日本 🍣')
    expect(markdownCode('Deployment/previews/app1')).toBe('`Deployment/previews/app1`')
    expect(markdownCode('a`b')).toBe('``a`b``')
    expect(markdownCode('a|b')).toBe('<code>a&#124;b</code>')
  })
})

describe('Slack', () => {
  test('has no control character left, so no mention and no link', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const inert = slackText(text)
        expect(inert).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)|[\n\r]/)
      }),
      RUNS,
    )
    expect(slackText('<!channel> & <@U1>')).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;')
  })

  test('a link ends only where we end it', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        expect(slackLink('here', url)).toMatch(/^<https?:[^<>|]*\|here>$/)
      }),
      RUNS,
    )
    expect(slackLink('here', 'https://a.test/?q=|x><!channel>')).toBe('<https://a.test/?q=%7Cx%3E%3C!channel%3E|here>')
  })
})
