import { expect, test } from 'vitest'
import { renderComment } from '../../src/report/comment.ts'
import { slackMessage } from '../../src/report/slack-message.ts'
import { samples } from '../../test/report-samples.ts'
import { type Chapter, storyPage } from './story-page.ts'

const chapter: Chapter = { title: 'Open', events: [], comments: [], messages: [], claims: [] }
const pageOf = (change: Partial<Chapter>) => storyPage(undefined, [{ ...chapter, ...change }])

test('states of the comment stand in the order in which they were shown', () => {
  const comments = [samples.firstDeploy, samples.live].map((report) => renderComment(report, {}))
  const page = pageOf({ comments, messages: [slackMessage(samples.live).blocks as unknown[]] })
  const order = ['Deploying def5678', 'Preview is live', 'Slack, #previews', '#12 Log in'].map((words) =>
    page.indexOf(words),
  )
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order[0]).toBeGreaterThan(0)
})

test('what is untrue is counted, and says what was found', () => {
  const claims = [{ says: 'It answers' }, { says: 'Nothing is left', found: 'a Service' }]
  expect(pageOf({ claims })).toContain('2 statements were held against cluster, AWS and database: 1 of them is untrue')
  expect(pageOf({ claims })).toContain('<li class="untrue">Nothing is left — but found: a Service</li>')
  expect(pageOf({ claims: claims.slice(0, 1) })).toContain('all of them are true')
})

test('a report is a page of its own, without any rights', () => {
  const page = pageOf({ report: '<!doctype html><script>alert("1")</script>' })
  expect(page).toContain(
    '<iframe sandbox srcdoc="&lt;!doctype html&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"',
  )
})

test('nothing is loaded, nothing runs, and no text from outside is markup', () => {
  const hostile = '</title></style><script>alert(1)</script><img src=x onerror="alert(2)">'
  const pullRequest = { repository: hostile, number: 1, title: hostile, branch: hostile, isOpen: true }
  const page = storyPage(pullRequest, [
    {
      title: hostile,
      events: [{ where: hostile, text: hostile, lines: [hostile] }],
      comments: [hostile],
      messages: [[{ text: hostile }]],
      claims: [{ says: hostile, found: hostile }],
    },
  ])
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  expect(page).not.toMatch(/<(script|img|link|object)|@import|url\(/i)
  expect(page).not.toMatch(/<[^>]*\sonerror=/)
})
