import { expect, test } from 'vitest'
import type { Problem } from './errors.ts'
import { parseSecrets, secretsOf } from './secret-values.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a value is what stands behind the equals sign', () => {
  const problems: Problem[] = []
  expect(parseSecrets('API_KEY=a=b "c"\n\n  _EMPTY=\nURL=https://x/?y=1', problems)).toEqual({
    API_KEY: 'a=b "c"',
    _EMPTY: '',
    URL: 'https://x/?y=1',
  })
  expect(problems).toEqual([])
})

test('a line that is none may be the rest of a secret: it is not repeated', () => {
  const problems: Problem[] = []
  expect(parseSecrets('KEY=-----BEGIN\nMIIEvQ\n-----END\nlower=x', problems)).toEqual({ KEY: '-----BEGIN' })
  expect(problems.map(({ message }) => message)).toEqual([
    'secrets: line 2 is not NAME=value',
    'secrets: line 3 is not NAME=value',
    'secrets: line 4 is not NAME=value',
  ])
})

test('everything that may be a secret is masked, as Kubernetes writes it too', () => {
  expect(secretsOf('KEY=first\nsecond\nNO=\n')).toEqual(['first', base64('first'), 'second', base64('second')])
})
