import { error } from '@actions/core'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { afterEach, expect, test, vi } from 'vitest'
import { parseCommand } from '../../local/runner/command.ts'
import { textsOf } from '../../local/slack/blocks.ts'
import { problemOf } from '../../local/slack/channels.ts'
import { hostile } from '../../test/hostile-text.ts'
import { samples } from '../../test/report-samples.ts'
import { PreviewError } from '../errors.ts'
import { annotationsOf } from './annotations.ts'
import { renderComment } from './comment.ts'
import { descriptionOf } from './deployment.ts'
import { inertLog } from './escape.ts'
import { parseMarker } from './marker.ts'
import type { Report } from './report.ts'
import { slackNews } from './slack-message.ts'
import { renderSummary } from './summary.ts'

// Whole reports, every text in them from outside: what a single one does is in escape.test.ts.

/** Texts of one report: 100,000 in all; fewer where each page is parsed. */
const TEXTS = 50
const RUNS = { numRuns: 2_000, seed: 117 }
const PAGES = { ...RUNS, numRuns: 1_200 }
const LONG_PAGES = { ...RUNS, numRuns: 300 }
/** The hosts of what a report itself links to. */
const OURS = /^https:\/\/(github\.com|us-east-1\.console\.aws\.amazon\.com|[0-9a-f]{32}-\w+\.preview\.example\.com)\//
const TAGS = new Set(
  'a b blockquote br code del details em h2 hr li p pre strong summary table tbody td th thead tr ul'.split(' '),
)
const KINDS = ['failed', 'failedByCrash', 'badInput', 'notRemoved', 'liveButSmokeFails', 'removed', 'skipped'] as const

const report = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    texts: fc.array(hostile, { minLength: TEXTS, maxLength: TEXTS }),
  })
  .map(({ kind, texts }) => {
    let at = 0
    const text = () => texts[at++ % TEXTS] ?? ''
    return { texts, report: withTexts(samples[kind], text) }
  })

/** The sample with every text that people, pods or services may have written replaced. */
const withTexts = (of: Report, text: () => string): Report => {
  const { failure, smoke, environment, pullRequest } = of
  const places = <T extends object>(things: readonly T[], ...keys: (keyof T)[]): T[] =>
    things.map((thing) => Object.assign({ ...thing }, Object.fromEntries(keys.map((key) => [key, text()]))))
  return {
    ...of,
    ...(pullRequest && { pullRequest: { ...pullRequest, title: text() } }),
    ...(environment && { environment: { ...environment, owner: { ...environment.owner, branch: text() } } }),
    ...(of.intent.kind === 'skip' && { intent: { ...of.intent, reason: text(), hint: text() } }),
    database: text(),
    changes: places(of.changes, 'subject', 'action'),
    receipt: places(of.receipt, 'subject', 'why'),
    warnings: [text(), text()],
    steps: [{ step: text(), status: 'done', detail: text(), at: 0, ms: 1 }],
    ...(failure && {
      failure: Object.assign(
        new PreviewError(failure.code, text(), {
          hint: text(),
          object: text(),
          problems: places([...failure.problems], 'message', 'hint', 'file'),
          cause: new Error(text()),
        }),
        { step: text() },
      ),
    }),
    ...(of.diagnoses && {
      diagnoses: of.diagnoses.map((one) => ({
        ...one,
        what: text(),
        next: text(),
        reason: text(),
        file: text(),
        chain: [text(), text()],
        also: [text()],
        missing: [text()],
        containers: places(one.containers, 'name', 'state', 'reason', 'pod'),
        events: places(one.events, 'about', 'reason', 'message'),
        logs: one.logs.map((log) => ({ ...log, pod: text(), container: text(), lines: [text(), text(), text()] })),
      })),
    }),
    ...(smoke?.result && {
      smoke: {
        ...smoke,
        result: { ...smoke.result, cases: places(smoke.result.cases, 'name', 'message') },
      },
    }),
  }
}

const pageOf = (markdown: string) =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
/** Inside of HTML Markdown leaves entities to the browser. */
const decoded = (page: string) =>
  page
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')

const isHarmless = (markdown: string): void => {
  const page = pageOf(markdown).replace(/<!-- eks-preview [^\n]* -->\s*$/, '')
  expect([...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].filter(([, tag = '']) => !TAGS.has(tag))).toEqual([])
  expect(page).not.toMatch(/<!|<\?/)
  for (const [, href = ''] of page.matchAll(/<a [^>]*href="([^"]*)"/g)) expect(decoded(href)).toMatch(OURS)
  const prose = decoded(page.replaceAll(/<code[^>]*>.*?<\/code>|<[^>]*>/gs, ' '))
  // What GitHub would call somebody or link by, in a text that has none of our own.
  expect(prose).not.toMatch(/@[\w-]|#\d|GH-\d|:\/\/|www\./i)
}

afterEach(() => void vi.restoreAllMocks())

test('the comment', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(report, ({ report }) => {
      const body = renderComment(report, {})
      isHarmless(body)
      expect(parseMarker(body)?.status).toBe(report.status)
    }),
    PAGES,
  )
})

test('the job summary', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(report, ({ report }) => isHarmless(renderSummary(report))),
    LONG_PAGES,
  )
})

test('Slack, and what GitHub shows beside a deployment', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(report, ({ report }) => {
      const news = slackNews(report)
      for (const message of [news?.message, news?.reply]) {
        if (message === undefined) continue
        expect(problemOf(message)).toBeUndefined()
        for (const text of [message.text, ...textsOf(message.blocks)]) {
          const links = text.matchAll(/<(https:[^<>|]*)\|[^<>|]*>/g)
          for (const [, address = ''] of links) expect(address).toMatch(OURS)
          expect(text.replaceAll(/<https:[^<>|]*\|[^<>]*>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
        }
        expect(JSON.stringify(message.blocks).match(/"mrkdwn"/g)?.length).toBe(
          JSON.stringify(message.blocks).match(/"verbatim":true/g)?.length,
        )
      }
      expect(descriptionOf(report)).toMatch(/^[[^\p{Cc}]\t]{1,140}$/v)
    }),
    RUNS,
  )
})

test('the log: no line is a command but our own annotations', { timeout: 120_000 }, () => {
  const written: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  const commandsIn = (text: string) =>
    text.split(/\r\n|\n|\r/).flatMap((line) => parseCommand(line, () => true)?.name ?? [])
  fc.assert(
    fc.property(report, ({ report, texts }) => {
      expect(texts.flatMap((text) => commandsIn(inertLog(text)))).toEqual([])
      written.length = 0
      const annotations = annotationsOf(report)
      for (const { message, ...place } of annotations) error(message, place)
      expect(written.flatMap(commandsIn)).toEqual(annotations.map(() => 'error'))
    }),
    RUNS,
  )
})
