import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { progressTo } from '../install/progress.ts'
import { lintWorkflows } from './lint.ts'
import { type WorkflowTools, workflowTools } from './tools.ts'

const WORKFLOWS = [
  '.github/workflows/ci.yml',
  'examples/workflows/preview.yml',
  'examples/workflows/pinned/preview.yml',
  'examples/workflows/pinned/pull-request.yml',
]

let tools: WorkflowTools
let folder: string
beforeAll(async () => {
  tools = await workflowTools(progressTo(process.stderr))
  folder = await mkdtemp(path.join(tmpdir(), 'workflows-'))
}, 300_000)
afterAll(() => rm(folder, { recursive: true }))

test.each(WORKFLOWS)('%s is accepted, and safe', { timeout: 60_000 }, async (file) => {
  expect(await lintWorkflows([file], tools)).toEqual([])
})

test.each([
  ['a key that is none', 'actionlint', 'timeout-minutes: 60', 'time-out-minutes: 60'],
  ['an output that no step has', 'actionlint', 'steps.push.outputs', 'steps.psuh.outputs'],
  ['an action by a tag', 'zizmor', /actions\/checkout@\S+/, 'actions/checkout@v5'],
  ['credentials that stay', 'zizmor', 'persist-credentials: false', 'fetch-depth: 1'],
  ['rights for every job', 'zizmor', 'permissions: {}', 'permissions: write-all'],
  ['a title in a script', 'zizmor', 'docker push', `echo "$${'{{ github.event.pull_request.title }}'}"; docker push`],
])('%s is found by %s', { timeout: 60_000 }, async (_, tool, good, bad) => {
  const text = await readFile('examples/workflows/preview.yml', 'utf8')
  const broken = path.join(folder, 'preview.yml')
  await writeFile(broken, text.replace(good, bad))
  const said = await lintWorkflows([broken], tools)
  expect(said.map((text) => text.split(':')[0])).toContain(tool)
})
