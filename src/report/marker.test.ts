import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayOverwrite, parseMarker, renderMarker } from './marker.ts'

const life = (uid: string, generation: number) => ({ uid, generation })

test('a marker is read as it was written, and is one HTML comment whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '--', '-->', '--!>', '\n', '--->'), (text, more) => {
      const marker = { id: text + more, lastGood: more + text }
      const line = renderMarker(marker)
      expect(line.slice(4, -3)).not.toMatch(/--|>|\n/)
      expect(parseMarker(`body\n\n${line}\n`)).toEqual(marker)
    }),
  )
})

test('only the end of a body is a marker', () => {
  const line = renderMarker({ id: 'a' })
  expect(parseMarker(`${line}\nmore`)).toBeUndefined()
  expect(parseMarker('nothing')).toBeUndefined()
  expect(parseMarker('<!-- eks-preview {"id":1} -->')).toBeUndefined()
  expect(parseMarker('<!-- eks-preview {broken} -->')).toBeUndefined()
})

test.each([
  ['nothing was written', undefined, life('a', 1), true],
  ['a newer generation', life('a', 2), life('a', 3), true],
  ['the same run again', life('a', 2), life('a', 2), true],
  ['an older generation', life('a', 3), life('a', 2), false],
  ['another life', life('a', 3), life('b', 1), true],
  ['a run that claimed nothing', life('a', 3), undefined, true],
])('may overwrite: %s', (_, previous, mine, allowed) => {
  expect(mayOverwrite(previous && { life: previous }, mine)).toBe(allowed)
})
