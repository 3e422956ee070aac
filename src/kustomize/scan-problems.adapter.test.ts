import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scanSources } from './scan.ts'
import { FIXTURES, fixtures } from './testing/fixtures.ts'
import { problemsIn, said } from './testing/problems.ts'
import { builtIn, FILE, POD, startTrees, type Trees } from './testing/trees.ts'

let trees: Trees
beforeAll(async () => {
  trees = await startTrees()
})
afterAll(() => trees.close())

const problemsOf = async (files: string | Record<string, string>) => {
  const all = typeof files === 'string' ? { [FILE]: files } : files
  return problemsIn(await trees.make({ 'k8s/a.yaml': POD, '../outside.yaml': POD, ...all }))
}
test('what a preview may be is let through', async () => {
  const problems = await problemsOf({
    [FILE]: `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
resources: [a.yaml, ../base, list.yaml]
components: [../part]
labels: [{ pairs: { path: https://example.com }, fields: [{ path: spec/template, create: true }] }]
commonAnnotations: { resources: https://example.com/docs }
images: [{ name: a, newName: registry.example.com:5000/a, newTag: &tag "1" }, { name: b, newTag: *tag }]
configMapGenerator:
  - { name: a, envs: [a.env], files: [a.txt, other=deep/b.txt], literals: [URL=https://example.com/?ref=a] }
patches: [{ path: patch.yaml }, { target: { kind: Pod }, patch: '[{"op": "remove", "path": "/spec/a"}]' }]
patchesStrategicMerge:
  - patch.yaml
  - |-
    apiVersion: v1
    kind: Pod
    metadata: { name: a }
transformers: [labels.yaml]
openapi: { path: schema.json }
`,
    'k8s/list.yaml': '---\n# nothing yet\n---\nitems: [\n  &a { b: [1, 2] },\n  *a,\n]\n<<: { c: d }\n',
    'k8s/patch.yaml': POD,
    'k8s/labels.yaml': builtIn('LabelTransformer', 'labels: { a: b }'),
    'k8s/schema.json': '{\n\t"definitions": {\n\t\t"a": {}\n\t}\n}\n',
    'k8s/a.env': '# comment\r\n\n  A=b\nB=\n',
    'k8s/a.txt': '\u0000',
    'k8s/deep/b.txt': 'b',
    'base/kustomization.yml': 'resources: [a.yaml]',
    'base/a.yaml': '->b.yaml',
    'base/b.yaml': POD,
    'part/Kustomization': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nnameSuffix: -a\n',
  })
  expect(problems).toEqual([])
})

test.each(await fixtures())('%s is let through', async (folder) => {
  expect(await problemsIn(FIXTURES, folder)).toEqual([])
})

test('all is said at once, each in its place', async () => {
  const problems = await problemsOf({
    [FILE]: 'resources:\n  - a.yaml\n  - https://example.com/base?ref=v1\n  - ../base\nhelmCharts:\n  - name: db\n',
    'base/kustomization.yaml': 'resources:\n  - nowhere.yaml\n  - broken.yaml\n',
    'base/broken.yaml': 'a:\n\tb: c\n',
  })
  expect(problems).toContainEqual({
    message: 'resources names https://example.com/base?ref=v1, which is fetched from elsewhere',
    hint: 'commit a copy of it, and name that',
    file: FILE,
    line: 3,
  })
  expect(said(problems)).toEqual([
    'base/broken.yaml:2 Tabs are not allowed as indentation',
    'base/kustomization.yaml:2 resources names nowhere.yaml, which does not exist',
    `${FILE}:3 resources names https://example.com/base?ref=v1, which is fetched from elsewhere`,
    `${FILE}:5 helmCharts: a chart is fetched, and made by another program`,
  ])
})

test('one thing is said in the error itself', async () => {
  const root = await trees.make({ [FILE]: 'resources: [/etc/passwd]' })
  await expect(scanSources(root, 'k8s')).rejects.toMatchObject({
    message: `k8s is not built: ${FILE}:1: resources names /etc/passwd, which is an absolute path`,
    hint: 'name it relative to this folder',
    object: 'k8s',
  })
})

describe('is refused:', () => {
  test.each<[name: string, files: string | Record<string, string>, said: string]>([
    [
      'no kustomization',
      { 'k8s/other.yaml': '' },
      '.github/preview.yaml kustomization names k8s, which has no kustomization.yaml',
    ],
    [
      'two',
      { [FILE]: 'resources: [a.yaml]', 'k8s/Kustomization': '{}' },
      'k8s/Kustomization kustomization.yaml is there too',
    ],
    ['an empty one', '# nothing', `${FILE}:1 there is nothing in it`],
    ['two documents', 'resources: [a.yaml]\n---\nresources: [a.yaml]\n', `${FILE}:3 a second document`],
    ['an unknown key', 'resource: [a.yaml]', `${FILE}:1 the key resource is none of Kustomize’s`],
    [
      'broken YAML',
      'resources: [a.yaml',
      `${FILE}:1 Flow sequence in block collection must be sufficiently indented and end with a ]`,
    ],
    ['a key twice', 'resources: [a.yaml]\nnamespace: a\nresources: []', `${FILE}:3 the key resources is there twice`],
    ['an alias of itself', 'resources: &a [*a]', `${FILE}:1 *a is an alias of nothing`],
    [
      'a directive',
      '%YAML 1.1\n---\nresources: [a.yaml]',
      `${FILE}:1 a directive, or a line break that is none to some programs`,
    ],
    [
      'a path above',
      'resources: [../../outside.yaml]',
      `${FILE}:1 resources names ../../outside.yaml, which leads out of the repository`,
    ],
    ['a folder above', 'resources: [../..]', `${FILE}:1 resources names ../.., which leads out of the repository`],
    [
      'a link out',
      { [FILE]: 'resources: [out.yaml]', 'k8s/out.yaml': '->../../outside.yaml' },
      `${FILE}:1 resources names out.yaml, which leads out of the repository`,
    ],
    [
      'a folder that is a link out',
      { [FILE]: 'resources: [../out]', out: '->..' },
      `${FILE}:1 resources names ../out, which leads out of the repository`,
    ],
    [
      'a kustomization that is a link out',
      { [FILE]: '->../../outside.yaml' },
      `${FILE} the folder names kustomization.yaml, which leads out of the repository`,
    ],
    [
      'a link to itself',
      { [FILE]: 'resources: [a.yaml, loop]', 'k8s/loop': '->loop' },
      `${FILE}:1 resources names loop, which does not exist`,
    ],
    [
      'a device',
      { [FILE]: 'resources: [a.yaml, null]', 'k8s/null': '->/dev/null' },
      `${FILE}:1 resources names null, which leads out of the repository`,
    ],
    [
      'a file beside',
      { [FILE]: 'resources: [../b.yaml]', 'b.yaml': POD },
      `${FILE}:1 resources names ../b.yaml, which is a file outside of this folder`,
    ],
    [
      'a folder for a file',
      { [FILE]: 'resources: [a.yaml]\npatches: [{ path: . }]' },
      `${FILE}:2 patches.path names ., which is a folder`,
    ],
    ['a file for a component', 'components: [a.yaml]', `${FILE}:1 components names a.yaml, which is no folder`],
    ['itself', 'resources: [.]', `${FILE}:1 resources names ., which leads back to here`],
    [
      'what names it',
      { [FILE]: 'resources: [../base]', 'base/kustomization.yaml': 'bases: [../k8s]' },
      'base/kustomization.yaml:1 bases names ../k8s, which leads back to here',
    ],
    ['what it is in', 'resources: [..]', `${FILE}:1 resources names .., which leads back to here`],
    [
      'a program',
      {
        [FILE]: 'generators: [g.yaml]',
        'k8s/g.yaml':
          'apiVersion: example.com/v1\nkind: Run\nmetadata:\n  annotations:\n    config.kubernetes.io/function: |\n      exec: { path: ./run.sh }\n',
      },
      'k8s/g.yaml:1 the plugin Run is a program or an image to run',
    ],
    [
      'a container',
      {
        [FILE]:
          'resources: [a.yaml]\ntransformers:\n  - |-\n    apiVersion: v1\n    kind: Run\n    metadata: { annotations: { config.k8s.io/function: "container: { image: a }" } }\n',
      },
      `${FILE}:3 the plugin Run is a program or an image to run`,
    ],
    [
      'a program called built in',
      {
        [FILE]: 'validators: [v.yaml]',
        'k8s/v.yaml': builtIn('Run', '').replace('name: a', 'annotations: { config.kubernetes.io/function: a }'),
      },
      'k8s/v.yaml:1 the plugin Run is a program or an image to run',
    ],
    [
      'a folder of plugins',
      { [FILE]: 'generators: [../base]', 'base/kustomization.yaml': '{}' },
      `${FILE}:1 generators names ../base, which is a folder`,
    ],
    [
      'a chart as plugin',
      { [FILE]: 'generators: [g.yaml]', 'k8s/g.yaml': builtIn('HelmChartInflationGenerator', 'name: a') },
      'k8s/g.yaml:1 HelmChartInflationGenerator: a chart is fetched, and made by another program',
    ],
    [
      'a variable of the runner',
      { [FILE]: 'configMapGenerator: [{ name: a, envs: [a.env] }]', 'k8s/a.env': 'A=b\nAWS_SECRET_ACCESS_KEY\n' },
      'k8s/a.env:2 AWS_SECRET_ACCESS_KEY has no value',
    ],
  ])('%s', async (_, files, message) => {
    expect(said(await problemsOf(files))).toEqual([message])
  })

  test('text in another encoding', async () => {
    const root = await trees.make({ [FILE]: '' })
    await writeFile(path.join(root, FILE), Buffer.from('\ufeffresources: [a.yaml]', 'utf16le'))
    expect(said(await problemsIn(root))).toEqual([`${FILE} this is no text in UTF-8`])
  })

  test.each(['nowhere', '../outside', '.github/preview.yaml', 'https://example.com/k8s'])(
    'the folder %s',
    async (folder) => {
      const root = await trees.make({ '.github/preview.yaml': '' })
      expect(await problemsIn(root, folder)).toEqual([
        expect.objectContaining({
          file: '.github/preview.yaml',
          message: expect.stringContaining(`names ${folder}, which`),
        }),
      ])
    },
  )
})
