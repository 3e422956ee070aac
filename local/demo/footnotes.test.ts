import { expect, test } from 'vitest'
import { createFootnotes } from './footnotes.ts'

test('every address has one number', () => {
  const notes = createFootnotes(40)
  expect(['https://a.test', 'https://b.test', 'https://a.test'].map(notes.mark)).toEqual(['[1]', '[2]', '[1]'])
  expect(notes.lines()).toEqual(['[1] https://a.test', '[2] https://b.test'])
})

test('one that is too long keeps its beginning and its end', () => {
  const notes = createFootnotes(24)
  notes.mark(`https://a.test/${'x'.repeat(40)}/end`)
  expect(notes.lines()).toEqual(['[1] https://a.tes…xx/end'])
})
