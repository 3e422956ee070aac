import { afterAll, beforeAll, expect, test } from 'vitest'
import { environmentAt, files, type Home, openHome } from './home.ts'
import { otherRun } from './other-run.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

test('a step that fails does not keep the next ones from being tried, and the next removal does the rest', async () => {
  const branch = 'teardown/denied'
  const { number, sha } = home.open(branch, files)
  await home.build('app1', sha)
  expect(await home.on('opened', number)).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  const { short } = environmentAt(branch)
  const ours = async () => (await home.dump()).filter((line) => line.includes(short)).map((line) => line.split(' ')[0])
  // As a run that was killed leaves it: it may have left its smoke check running.
  const killed = await otherRun(home)
  await killed.claim(branch, { phase: 'Applying', sha })
  await killed.close()

  home.close(number)
  const elsewhere = home.stack.aws.stateMachineArn.replace(/[^:]+$/, 'of-another-team')
  const failed = await home.on('closed', number, { inputs: { 'state-machine-arn': elsewhere } })
  expect(failed, failed.log).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
  const error = failed.annotations.find(({ level }) => level === 'error')
  expect(error?.title).toContain('Stop the smoke check')
  expect(error?.message).toContain('states:StopExecution')
  expect(await ours()).toEqual([`ConfigMap/eks-preview.${short}.900000001`])
  expect(await home.records()).toEqual([])

  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await ours()).toEqual([])
})
