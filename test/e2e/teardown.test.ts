import { env } from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubernetes } from '../../src/cluster/api.ts'
import { connectionFromKubeconfig } from '../../src/cluster/kubeconfig.ts'
import { claim } from '../../src/cluster/record.ts'
import { environmentOf } from '../../src/names.ts'
import { files, type Home, openHome } from './home.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

/** As a run that was killed leaves it: it may have left its smoke check running. */
const leaveUnreleased = async (branch: string, sha: string): Promise<void> => {
  const run = {
    signal: new AbortController().signal,
    say: { info: () => undefined, warning: () => undefined, debug: () => undefined },
  }
  const cluster = kubernetes(await connectionFromKubeconfig({ file: env.KUBECONFIG ?? '' }), {
    ...run,
    log: run.say,
  })
  const environment = environmentOf({ repository: 'acme/shop', repositoryId: 900000001, branch }, true)
  const holder = { run: '1', attempt: 1, url: 'https://github.test/runs/1' }
  await claim(
    cluster,
    { namespace: home.namespace, environment, phase: 'Applying', sha, holder, now: () => new Date() },
    run,
  )
  await cluster.close()
}

test('a step that fails does not keep the next ones from being tried, and the next removal does the rest', async () => {
  const branch = 'teardown/denied'
  const { number, sha } = home.open(branch, files)
  await home.build('app1', sha)
  expect(await home.on('opened', number)).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  const { short } = environmentOf({ repository: 'acme/shop', repositoryId: 900000001, branch }, true)
  const ours = async () => (await home.dump()).filter((line) => line.includes(short)).map((line) => line.split(' ')[0])
  await leaveUnreleased(branch, sha)

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
