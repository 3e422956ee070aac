import { expect, test } from 'vitest'
import { blockProblems, textsOf } from './blocks.ts'

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const divider = { type: 'divider' }
const button = (more: object = {}) => ({ type: 'button', text: { type: 'plain_text', text: 'Open' }, ...more })

test.each([
  ['50 blocks', Array(50).fill(divider)],
  ['a section of 3,000', [section('x'.repeat(3000))]],
  ['a header of 150', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(150) } }]],
  ['ten fields', [{ type: 'section', fields: Array(10).fill({ type: 'mrkdwn', text: 'x' }) }]],
  ['a context', [{ type: 'context', elements: [{ type: 'mrkdwn', text: 'x' }] }]],
  ['a button', [{ type: 'actions', elements: [button({ url: 'https://x.example' })] }]],
])('%s is fine', (_, blocks) => {
  expect(blockProblems(blocks)).toEqual([])
})

test.each([
  ['51 blocks', Array(51).fill(divider)],
  ['a section of 3,001', [section('x'.repeat(3001))]],
  ['an empty section', [section('')]],
  ['a section of nothing', [{ type: 'section' }]],
  ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]],
  ['a header of 151', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }]],
  ['eleven fields', [{ type: 'section', fields: Array(11).fill({ type: 'mrkdwn', text: 'x' }) }]],
  ['a misspelt key', [{ ...section('x'), txt: 1 }]],
  ['an unknown block', [{ type: 'paragraph' }]],
  ['a label of 76', [{ type: 'actions', elements: [button({ text: { type: 'plain_text', text: 'x'.repeat(76) } })] }]],
  ['no list', {}],
])('%s is refused, with a path', (_, blocks) => {
  expect(blockProblems(blocks)[0]).toMatch(/^blocks\/.*: ./)
})

test('texts come in reading order', () => {
  const blocks = [
    section('one'),
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'two' }] },
    { type: 'actions', elements: [button()] },
  ]
  expect(textsOf(blocks)).toEqual(['one', 'two', 'Open'])
})
