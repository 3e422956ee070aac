// `npm run pictures`: takes the README's pictures anew, of the comment, the Slack message and the report. Needs a Chromium.
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { type Html, html } from '../checks/html.ts'
import { renderComment } from '../src/report/comment.ts'
import type { Report } from '../src/report/report.ts'
import { slackMessage } from '../src/report/slack-message.ts'
import { samples } from '../test/report-samples.ts'
import { launchChromium } from './install/chromium.ts'
import { flakyReport } from './page/report-sample.ts'
import { commentCard, documentOf, messageCard } from './page/story-page.ts'

const DOCS = path.join(import.meta.dirname, '../docs')

const comments = (...reports: Report[]): string =>
  picture(reports.map((report, at) => commentCard(renderComment(report, {}), at > 0)))
const messages = (...reports: Report[]): string =>
  picture(reports.map((report) => messageCard(slackMessage(report).blocks as unknown[])))
const picture = (cards: readonly Html[]): string =>
  documentOf('Picture', html`<style>body { padding: 20px; }</style>${cards}`)

const { live, failed, failedByCrash, failedByQuota, removed } = samples
const pictures: Record<string, string> = {
  comment: comments(live, failed, removed),
  'failure-crash': comments(failedByCrash),
  'failure-image': comments(failed),
  'failure-quota': comments(failedByQuota),
  slack: messages(live, failed, removed),
  report: flakyReport(),
}

const take = async (browser: Browser, name: string, page: string): Promise<void> => {
  const tab = await browser.newPage({ viewport: { width: 900, height: 100 } })
  await tab.setContent(page)
  // What was asked is worth a look; once, not at every check.
  const [asked] = await tab.locator('ol summary').all()
  await asked?.click()
  await tab.screenshot({ path: path.join(DOCS, `${name}.png`), fullPage: true })
  await tab.close()
}

const browser = await launchChromium()
try {
  for (const [name, page] of Object.entries(pictures)) await take(browser, name, page)
} finally {
  await browser.close()
}
