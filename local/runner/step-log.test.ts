import { expect, test } from 'vitest'
import { createMasks } from './masks.ts'
import { createStepLog } from './step-log.ts'

const read = (...lines: string[]) => {
  const masks = createMasks()
  const log = createStepLog(masks)
  for (const line of lines) log.read(line)
  return { ...log, masks }
}

test('annotations carry title, file and line, and show as the runner prints them', () => {
  const { annotations, shown } = read(
    '::error title=T,file=k8s/a.yaml,line=7::bad\nkey'.replace('\n', '%0A'),
    '::notice::fyi',
  )
  expect(annotations).toEqual([
    { level: 'error', message: 'bad\nkey', title: 'T', file: 'k8s/a.yaml', line: 7 },
    { level: 'notice', message: 'fyi' },
  ])
  expect(shown).toEqual(['##[error]bad\nkey', '##[notice]fyi'])
})

test('hides a mask from the line after it on, longest secret first, each line of a multi-line secret', () => {
  const { shown, raw } = read(
    'pass',
    '::add-mask::pass',
    '::add-mask::password',
    'my password, my pass',
    '::add-mask::one%0Atwo',
    'x two y',
  )
  expect(shown).toEqual(['pass', 'my ***, my ***', 'x *** y'])
  expect(raw).toContain('my password, my pass')
})

test('an empty mask is a warning, not a mask of everything', () => {
  const { annotations, shown, masks } = read('::add-mask::', 'text')
  expect(annotations).toMatchObject([{ level: 'warning' }])
  expect(shown.at(-1)).toBe('text')
  expect(masks.values()).toEqual([])
})

test('between stop-commands and its token nothing is obeyed, in either grammar', () => {
  const { annotations, commands, shown } = read(
    '::stop-commands::T0ken',
    '::error::quoted',
    'x ##[add-mask]x',
    '::stop-commands::other',
    '::other::',
    '::t0ken::',
    '::error::real',
  )
  expect(annotations).toEqual([{ level: 'error', message: 'real' }])
  expect(commands.map(({ name }) => name)).toEqual(['stop-commands', 'error'])
  expect(shown).toContain('::error::quoted')
})

test('the older grammar resumes too, in the middle of a line', () => {
  expect(read('::stop-commands::t', 'x ##[t]', '::error::heard').annotations).toHaveLength(1)
})

test.each(['', 'pause-logging', 'error'])('%j is no token: commands go on', (token) => {
  const { annotations } = read(`::stop-commands::${token}`, '::notice::heard')
  expect(annotations.map(({ level }) => level)).toEqual(['error', 'notice'])
})

test('set-output still works with a warning; set-env and add-path are refused', () => {
  const { outputs, annotations } = read(
    '::set-output name=a::1',
    '::set-output::1',
    '::set-env name=A::1',
    '::add-path::/x',
  )
  expect(outputs).toEqual({ a: '1' })
  expect(annotations.map(({ level }) => level)).toEqual(['warning', 'error', 'error', 'error'])
})
