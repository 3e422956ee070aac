import { type Html, html } from '../../checks/html.ts'
import { textsOf } from '../slack/blocks.ts'

/** A message's blocks as Slack shows them. */
export const slackHtml = (blocks: readonly unknown[]): Html =>
  html`${blocks.map((block) => {
    const isContext = (block as { type?: unknown }).type === 'context'
    return html`<div class="${isContext ? 'context' : 'section'}">${textsOf(block).map(mrkdwnHtml)}</div>`
  })}`

const MARKUP = /\*([^*\n]+)\*|<(https?:[^|>]+)\|([^>]*)>|`([^`\n]+)`/g

/** Bold, links and code are all the markup that our messages have. */
const mrkdwnHtml = (text: string): Html => {
  const parts: Html[] = []
  let end = 0
  for (const found of text.matchAll(MARKUP)) {
    const [whole, bold, url = '', label = '', code] = found
    parts.push(html`${unescaped(text.slice(end, found.index))}`)
    if (bold !== undefined) parts.push(html`<b>${unescaped(bold)}</b>`)
    else if (code !== undefined) parts.push(html`<code>${unescaped(code)}</code>`)
    else parts.push(html`<a href="${unescaped(url)}" rel="noreferrer noopener" target="_blank">${unescaped(label)}</a>`)
    end = found.index + whole.length
  }
  return html`<p>${parts}${unescaped(text.slice(end))}</p>`
}

/** Slack's only three entities. */
export const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
