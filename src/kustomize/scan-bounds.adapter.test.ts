import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemsIn, said } from './testing/problems.ts'
import { FILE, POD, startTrees, type Trees } from './testing/trees.ts'

let trees: Trees
beforeAll(async () => {
  trees = await startTrees()
})
afterAll(() => trees.close())

const problemsOf = async (files: Record<string, string>) => problemsIn(await trees.make(files))

const repeat = (count: number, text: (index: number) => string, between = '') =>
  Array.from({ length: count }, (_, index) => text(index)).join(between)
const bomb = (end: string) =>
  `a0: &a0 [${repeat(9, () => 'lol', ',')}]\n${repeat(9, (n) => `a${n + 1}: &a${n + 1} [${repeat(9, () => `*a${n}`, ',')}]\n`)}${end}`
/** Folders of which each names the next one twice. */
const doubling = (levels: number) =>
  Object.fromEntries([
    ...Array.from({ length: levels }, (_, n) => [
      `${n === 0 ? 'k8s' : `f${n}`}/kustomization.yaml`,
      `resources: [${repeat(2, (side) => `../s${n}${side}`, ',')}]`,
    ]),
    ...Array.from({ length: levels * 2 }, (_, n) => [
      `s${n >> 1}${n & 1}/kustomization.yaml`,
      `namePrefix: p${n}\nresources: [../f${(n >> 1) + 1}]`,
    ]),
    [`f${levels}/kustomization.yaml`, 'resources: [a.yaml]'],
    [`f${levels}/a.yaml`, POD],
  ])

const TOO_MUCH = 'with this it is more than 4 MiB or 3000 documents, which is all that a preview may be'
test.each<[name: string, files: () => Record<string, string>, said: string]>([
  ['aliases of aliases', () => ({ 'k8s/b.yaml': bomb('') }), 'k8s/b.yaml:1 aliases that stand for more than 4 MiB'],
  [
    'the same in a kustomization',
    () => ({ [FILE]: bomb('resources: *a9') }),
    `${FILE}:1 aliases that stand for more than 4 MiB`,
  ],
  [
    'the same in a patch',
    () => ({ [FILE]: `patches:\n- patch: |\n    ${bomb('').replaceAll('\n', '\n    ')}` }),
    `${FILE}:2 aliases that stand for more than 4 MiB`,
  ],
  ['many documents', () => ({ 'k8s/b.yaml': '---\na: 1\n'.repeat(100_000) }), `k8s/b.yaml ${TOO_MUCH}`],
  [
    'lists in lists',
    () => ({ 'k8s/b.yaml': `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}` }),
    'k8s/b.yaml:1 nested more than 100 levels deep',
  ],
  ['lists without end', () => ({ 'k8s/b.yaml': '['.repeat(10_000) }), 'k8s/b.yaml:1 nested more than 100 levels deep'],
  [
    'maps in maps',
    () => ({ 'k8s/b.yaml': repeat(200, (n) => `${' '.repeat(n)}a:\n`) }),
    'k8s/b.yaml:101 nested more than 100 levels deep',
  ],
  [
    'one large document',
    () => ({ 'k8s/b.yaml': '- 1\n'.repeat(200_000) }),
    'k8s/b.yaml:80000 a document that is larger than any object of Kubernetes',
  ],
  ['folders that double', () => doubling(20), `f19/kustomization.yaml ${TOO_MUCH}`],
])('%s', async (_, files, message) => {
  const [first, ...more] = said(await problemsOf({ [FILE]: 'resources: [b.yaml]', ...files() }))
  expect(more).toEqual([])
  expect(first).toBe(message)
})

test.each(['resources: [b.yaml]', 'configMapGenerator: [{ name: a, files: [b.yaml] }]'])(
  '200 MB by %s',
  async (text) => {
    const root = await trees.make({ [FILE]: text, 'k8s/b.yaml': '' })
    await writeFile(path.join(root, 'k8s/b.yaml'), Buffer.alloc(200_000_000, '#'))
    expect(said(await problemsIn(root))).toEqual([`k8s/b.yaml ${TOO_MUCH}`])
  },
)

test('many keys cost no more than their number', async () => {
  expect(
    await problemsOf({ [FILE]: 'resources: [b.yaml]', 'k8s/b.yaml': repeat(50_000, (n) => `k${n}: 1\n`) }),
  ).toEqual([])
})

test('no key reaches a prototype', async () => {
  await problemsOf({ [FILE]: '__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\n' })
  expect({}).not.toHaveProperty('polluted')
})
