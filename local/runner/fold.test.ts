import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { foldLog, groupsOf } from './fold.ts'

const LOG = [
  'start',
  '##[group]Apply',
  'created Deployment',
  '##[group]Wait',
  '##[warning]slow',
  '##[endgroup]',
  '##[error]failed',
  'end',
]

test('a group inside another one ends it', () => {
  expect(groupsOf(LOG)).toEqual([
    { title: 'Apply', lines: ['created Deployment'] },
    { title: 'Wait', lines: ['##[warning]slow'] },
  ])
})

test('folds every group to its title', () => {
  const text = stripVTControlCharacters(foldLog(LOG.join('\n')))
  expect(text.split('\n')).toEqual(['start', '▸ Apply', '▸ Wait', 'Error: failed', 'end'])
})

test('prints the lines of a group that is to stay open', () => {
  const text = stripVTControlCharacters(foldLog(LOG.join('\n'), ({ title }) => title === 'Wait'))
  expect(text.split('\n')).toEqual(['start', '▸ Apply', '▾ Wait', '  Warning: slow', 'Error: failed', 'end'])
})
