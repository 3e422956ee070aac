import { expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

const MORE = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
/** Of which nothing is to be said beside it. */
const WRONG = { Service: { spec: { type: 'NodePort' } } }

test.each([
  [
    'a name',
    { metadata: { name: 2024 } },
    'ConfigMap/2024: metadata.name is 2024, which is no text',
    'put it in quotes',
  ],
  [
    'a namespace',
    { metadata: { name: 'x', namespace: 7 } },
    'ConfigMap/x: metadata.namespace is 7, which is no text',
    'put it in quotes',
  ],
  ['a kind', { kind: true }, 'true/x: kind is true, which is no text', 'put it in quotes'],
  ['a version', { apiVersion: 1 }, 'ConfigMap/x: apiVersion is 1, which is no text', 'put it in quotes'],
  ['nothing', { apiVersion: undefined }, 'ConfigMap/x: apiVersion is not there', 'add it'],
])('%s that is no text is all that is said', (_, change, message, hint) => {
  const { problems } = judge({ ...WRONG, more: [{ ...MORE, ...change }] })
  expect(problems).toEqual([expect.objectContaining({ message, hint })])
})
