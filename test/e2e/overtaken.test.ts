import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Claim } from '../../src/cluster/record.ts'
import type { Wish } from '../../src/cluster/record-state.ts'
import { remove } from '../../src/cluster/remove.ts'
import { environmentAt, files, type Home, openHome } from './home.ts'
import { type OtherRun, otherRun } from './other-run.ts'

let home: Home
let overtaker: OtherRun
beforeAll(async () => {
  home = await openHome()
  overtaker = await otherRun(home)
})
afterAll(async () => {
  await overtaker.close()
  await home.end()
})

/** A deploy that another run overtakes while it waits for its pods. */
const deployOvertakenBy = async (
  branch: string,
  other: (claimAs: (wish: Partial<Wish>) => Promise<Claim>, sha: string) => Promise<void>,
) => {
  const { number, sha } = home.open(branch, files)
  await home.build('app1', sha)
  const { short } = environmentAt(branch)
  const claimAs = (wish: Partial<Wish>) => overtaker.claim(branch, wish)
  let overtaking: Promise<void> | undefined
  const onOutput = (line: string) => {
    if (line.includes('app1-') && line.includes('created')) overtaking ??= other(claimAs, sha)
  }
  const run = await home.on('opened', number, { onOutput })
  await overtaking
  const removeIt = async () => {
    home.close(number)
    return home.on('closed', number)
  }
  return {
    run,
    number,
    sha,
    removeIt,
    left: async () => (await home.dump()).filter((line) => line.includes(short)),
  }
}

test('a run of an older commit that came later gives way: this run claims again', async () => {
  const { run, sha, removeIt, left } = await deployOvertakenBy('overtaken/older', async (claimAs) => {
    const older = await claimAs({ phase: 'Applying', sha: 'f'.repeat(40) })
    await older.release({})
  })
  expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  const answer = await fetch(`${run.outputs.url}/healthz`)
  expect([answer.status, answer.headers.get('x-commit')]).toEqual([200, sha])
  expect(run.log).toContain('this commit is still the head')
  expect(await removeIt()).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await left()).toEqual([])
})

test('a close that finds the pull request open again gives way too', async () => {
  const { run, removeIt } = await deployOvertakenBy('overtaken/reopened', async (claimAs) => {
    const closing = await claimAs({
      holder: { run: 'other', attempt: 1, url: 'https://github.test/runs/other', removes: true },
    })
    await closing.release({})
  })
  expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(await removeIt()).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
})

test('a newer run of the same commit has the last word', async () => {
  let later: Claim | undefined
  const { run, removeIt, sha } = await deployOvertakenBy('overtaken/rerun', async (claimAs, sha) => {
    later = await claimAs({ phase: 'Applying', sha })
  })
  expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'superseded' } })
  expect(later?.record.sha).toBe(sha)
  expect(run.log).toContain('https://github.test/runs/other')
  expect(await removeIt()).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
})

test('a removal that ends meanwhile leaves nothing, whatever this run still made', async () => {
  const { run, left } = await deployOvertakenBy('overtaken/removed', async (claimAs) => {
    const removal = await claimAs({ phase: 'Terminating' })
    await remove(overtaker.cluster, removal, { ...overtaker, timeout: 60_000 })
    await removal.remove()
  })
  expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'superseded' } })
  expect(await left()).toEqual([])
  expect(await home.records()).toEqual([])
})
