import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventExtras } from '../../local/github/events.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { environmentAt, files, type Home, openHome } from './home.ts'

const NAME = 'acme/shop'
const labels = ['preview']

let home: Home
beforeAll(async () => {
  home = await openHome({ 'opt-in-label': 'preview', drafts: 'skip' })
})
afterAll(() => home.end())

/**
 * A branch with a commit and its image. `ours`: what there is of its environment; other tests run at the same time, and move
 * the load balancer's rules.
 */
const branchOf = async (branch: string) => {
  const sha = home.github.push(NAME, branch, { ...files, 'README.md': branch })
  await home.build('app1', sha)
  const { short } = environmentAt(branch)
  return {
    sha,
    open: (options: { labels?: string[]; draft?: boolean; base?: string }) =>
      home.github.openPullRequest(NAME, { head: branch, ...options }),
    ours: async () => (await home.dump()).filter((line) => line.includes(short) && !line.includes('RuleArn')),
  }
}
type Branch = Awaited<ReturnType<typeof branchOf>>

const change = (number: number, to: { labels?: string[]; draft?: boolean }) =>
  home.github.changePullRequest(NAME, number, to)
/** Whether the smoke check passes is not what these tests are about. */
const inputs = { 'state-machine-arn': '' }
const on = (number: number, action: string, extras?: EventExtras) =>
  home.replay(number, home.github.pullRequestEvent(NAME, number, action, extras), { inputs })

/** Green, and nothing changed: not the cluster, not AWS, not a comment. */
const nothing = async (
  { ours }: Branch,
  number: number,
  { status, why }: { status: string; why: string },
  act: () => Promise<RunResult>,
) => {
  const before = [await ours(), home.comments(number)]
  const run = await act()
  expect(run, run.log).toMatchObject({ exit: 0, leaks: [], outputs: { status } })
  expect(run.log).toContain(why)
  expect(run.annotations.filter(({ level }) => level === 'error')).toEqual([])
  expect([await ours(), home.comments(number)]).toEqual(before)
  return run
}

const live = async ({ sha }: Branch, act: () => Promise<RunResult>) => {
  const run = await act()
  expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect((await fetch(`${run.outputs.url}/healthz`)).headers.get('x-commit')).toBe(sha)
}

/** The same again writes nothing but the record. */
const again = async ({ ours }: Branch, act: () => Promise<RunResult>) => {
  const objects = async () => (await ours()).filter((line) => !line.startsWith('ConfigMap/eks-preview.'))
  const before = await objects()
  expect(await act()).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(await objects()).toEqual(before)
}

const removed = async ({ ours }: Branch, number: number, why: string, act: () => Promise<RunResult>) => {
  const run = await act()
  expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await ours()).toEqual([])
  expect(home.comments(number)).toHaveLength(1)
  expect(home.comments(number)[0]?.body).toMatch(/^🧹 \*\*Removed, (\d+) of \1 verified\*\*/)
  expect(home.comments(number)[0]?.body).toContain(why)
}

test.concurrent('the label makes a preview, and takes it away', async () => {
  const branch = await branchOf('rules/label')
  const number = branch.open({})
  const missing = { status: 'skipped', why: 'the label preview is missing' }
  const { summary } = await nothing(branch, number, missing, () => on(number, 'opened'))
  expect(summary).toContain('add it to get a preview')
  expect(home.comments(number)).toEqual([])

  change(number, { labels })
  const labeled = () => on(number, 'labeled', { label: 'preview' })
  await live(branch, labeled)
  await again(branch, labeled)

  const other = { status: 'skipped', why: 'the label wip does not decide about previews' }
  await nothing(branch, number, other, () => on(number, 'labeled', { label: 'wip' }))

  const late = home.github.pullRequestEvent(NAME, number, 'labeled', { label: 'preview' })
  change(number, { labels: [] })
  const why = 'the label preview is missing: add it to get a preview'
  await removed(branch, number, why, () => on(number, 'unlabeled', { label: 'preview' }))
  await nothing(branch, number, missing, () => on(number, 'unlabeled', { label: 'preview' }))
  await nothing(branch, number, missing, () => home.replay(number, late))
})

test.concurrent('a draft has none', async () => {
  const branch = await branchOf('rules/draft')
  const number = branch.open({ labels, draft: true })
  const draft = { status: 'skipped', why: 'the pull request is a draft' }
  await nothing(branch, number, draft, () => on(number, 'opened'))
  await nothing(branch, number, draft, () => home.dispatch({ mode: 'deploy', target: String(number) }))

  change(number, { draft: false })
  await live(branch, () => on(number, 'ready_for_review'))

  change(number, { draft: true })
  const why = 'the pull request is a draft: mark it as ready for review to get a preview'
  await removed(branch, number, why, () => on(number, 'converted_to_draft'))
  await nothing(branch, number, draft, () => on(number, 'converted_to_draft'))
})

test.concurrent('two pull requests of a branch: it stays while one of them has the label', async () => {
  const branch = await branchOf('rules/two')
  home.github.push(NAME, 'release', files)
  const one = branch.open({ labels })
  const two = branch.open({ labels, base: 'release' })
  await live(branch, () => on(one, 'opened'))

  change(one, { labels: [] })
  const kept = { status: 'superseded', why: `#${two} has the same branch and is open` }
  await nothing(branch, one, kept, () => on(one, 'unlabeled', { label: 'preview' }))
  await nothing(branch, one, kept, () => on(one, 'synchronize'))

  change(two, { labels: [] })
  await removed(branch, two, 'the label preview is missing', () => on(two, 'unlabeled', { label: 'preview' }))
  expect(home.comments(one)[0]?.body).toContain('the label preview is missing')
})

/** Does something while a run waits for its pods. */
const meanwhile = async (number: number, act: () => void) => {
  let acted = false
  const onOutput = (line: string) => {
    if (!line.includes('app1-') || !line.includes('created') || acted) return
    acted = true
    act()
  }
  const run = await home.on('opened', number, { onOutput, inputs })
  expect(acted, run.log).toBe(true)
  return run
}

test.concurrent('a label that goes while a run makes the preview: it removes it', async () => {
  const branch = await branchOf('rules/meanwhile')
  const number = branch.open({ labels })
  await removed(branch, number, 'the label preview is missing', () =>
    meanwhile(number, () => change(number, { labels: [] })),
  )
})

test.concurrent('a pull request that is closed while its run makes the preview, which another one shares', async () => {
  const branch = await branchOf('rules/shared')
  home.github.push(NAME, 'stable', files)
  const one = branch.open({ labels })
  const two = branch.open({ labels, base: 'stable' })
  await live(branch, () => meanwhile(one, () => home.close(one)))
  home.close(two)
  const last = await on(two, 'closed')
  expect(last, last.log).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await branch.ours()).toEqual([])
})
