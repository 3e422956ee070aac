import * as core from '@actions/core'
import { afterEach, expect, test, vi } from 'vitest'
import { createMasks } from '../local/runner/masks.ts'
import { createStepLog } from '../local/runner/step-log.ts'
import { actionsLog } from './actions-log.ts'

afterEach(() => vi.restoreAllMocks())

/** What the runner makes of everything that is written from now on. */
const listening = () => {
  const runner = createStepLog(createMasks())
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    for (const line of String(chunk)
      .replace(/\n$/, '')
      .split(/\r\n|\r|\n/))
      runner.read(line)
    return true
  })
  return runner
}

test('whatever is logged, the runner obeys our own commands and no other', () => {
  const runner = listening()
  const { log, groups } = actionsLog(core)
  const title = 'Fix\n::set-output name=url::http://evil\r ##[add-mask]a\u202e'
  groups.start(title)
  log.info(title)
  log.warning(title)
  log.debug(title)
  groups.end()
  expect(runner.commands.map(({ name }) => name)).toEqual(['group', 'warning', 'debug', 'endgroup'])
  expect(runner.shown).toContain('  \\u{3a}:set-output name=url::http://evil')
  expect(runner.shown).toContain('   #\\u{23}[add-mask]a\\u{202e}')
})

test('a warning is one annotation, however often it is said', () => {
  const runner = listening()
  const { log } = actionsLog(core)
  for (const text of ['one', 'two', 'one']) log.warning(text)
  expect(runner.annotations.map(({ message }) => message)).toEqual(['one', 'two'])
  expect(runner.shown.at(-1)).toBe('one')
})
