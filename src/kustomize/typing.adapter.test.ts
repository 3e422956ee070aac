import { spawn } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../local/install/programs.ts'
import { progressTo } from '../../local/install/progress.ts'
import { findKustomize } from './binary.ts'
import type { Kustomize } from './kustomize.ts'
import { FILE, startTrees, type Trees } from './testing/trees.ts'

/** What we read is what Kubernetes' own reader reads of the same bytes: kubectl's, which has Kustomize in it as well. */

let trees: Trees
let kubectl: string
let kustomize: Kustomize
beforeAll(async () => {
  trees = await startTrees()
  kubectl = path.join(trees.folder, 'kubectl')
  await symlink((await buildPrograms(progressTo(process.stderr))).kubebox, kubectl)
  kustomize = await findKustomize(trees.folder)
}, 900_000)
afterAll(() => trees.close())

const output = async (args: string[], input = ''): Promise<string> => {
  const child = spawn(kubectl, args, { env: { KUBECONFIG: '/dev/null' } })
  child.stdin.end(input)
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (out === '') throw new Error(error)
  return out
}

/** Of scalars as a manifest writes them. */
const readBoth = async (scalars: readonly string[]) => {
  const lines = scalars.map((scalar) => `    - ${scalar}\n`).join('')
  const root = await trees.make({
    [FILE]: 'resources: [thing.yaml]',
    'k8s/thing.yaml': `apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: thing }\nspec:\n  all:\n${lines}`,
  })
  const folder = path.join(root, path.dirname(FILE))
  const bytes = await output(['kustomize', folder])
  // It needs something to do; there is no such annotation.
  const theirs = JSON.parse(await output(['annotate', '--local', '--filename=-', '--output=json', 'none-'], bytes))
  const [ours] = await kustomize.build(folder)
  return { ours: ours?.spec, theirs: theirs.spec }
}

test('the kustomize of kubectl is used when there is no other', () => {
  expect(kustomize.version).toMatch(/^kubectl v1\.\d+\.\d+ with kustomize v5\.\d+\.\d+/)
})

const SCALARS = `1234e567 no yes on off y n 012 0o14 1_000 2024-01-01 2024-01-01T10:00:00Z 12345678901234567890
  9007199254740991 -9007199254740991 18446744073709551616 123456789012345678901234567890 1e3 .5 1. +1 ~ null Null true True
  TRUE 0x1F -0x10 0b11 -0 -0.0 0.1e-7 1e21 1e20 190:20:30 09 00 0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae 1e400 = <<x
  0o777777777777777777777777 1.10 100.0 3.0e0 "no" '012' "1e3" "~" "" '' "0x1F"`.split(/\s+/)
const TEXTS = [
  '',
  '!!str 12',
  '|\n      no\n',
  '>-\n      1\n      2',
  '|+\n      1\n\n',
  '"\\u263a\\t"',
  '[1, no, "2"]',
  '{ a: 012, no: 1 }',
]

test('every form that may be one thing or another', async () => {
  const { ours, theirs } = await readBoth([...SCALARS, ...TEXTS])
  expect(ours).toEqual(theirs)
})

const word = fc.stringMatching(/^[0-9a-fxobnNyYtT_.+-][0-9a-fxobeEnNyYsS_.+-]{0,5}$/)
const number = fc.stringMatching(/^[+-]?(0[xob]?)?[0-9_]{1,9}(\.[0-9_]{0,4})?([eE][+-]?[0-9]{1,3})?$/)

test('whatever people come up with', async () => {
  const tried = fc
    .sample(fc.tuple(fc.oneof(word, number), fc.constantFrom('', '"', "'")), 3000)
    // These are no numbers to Kustomize either; lone dashes and dots are no text.
    .filter(([text]) => !/^([-+]?\.(inf|nan)|-+|\.+)$/i.test(text))
    .map(([text, quote]) => `${quote}${text}${quote}`)
  const { ours, theirs } = await readBoth(tried)
  expect(ours).toEqual(theirs)
})

test('an integer that we could not carry is refused, not changed', async () => {
  await expect(readBoth(['9007199254740993'])).rejects.toMatchObject({
    code: 'RenderFailed',
    message: expect.stringContaining('the number 9007199254740993 cannot be carried exactly'),
  })
})

test.each(['.inf', '-.INF', '.nan'])('%s is refused', async (scalar) => {
  await expect(readBoth([scalar])).rejects.toThrow()
})
