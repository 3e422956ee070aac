import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cacheRoot } from '../install/cache.ts'
import { freePort } from '../stack/ports.ts'
import { type Account, setUpAccount } from './account.ts'
import { type Aws, type AwsOptions, startAws } from './aws.ts'
import { installMinistack, type MinistackOptions, startMinistack } from './ministack.ts'

/** An AWS of its own for a test file: an account with one zone, one cluster and the action's role. */
export type TrialAws = {
  endpoint: string
  /** ministack itself, past the strict layer. */
  upstream: string
  root: { accessKeyId: string; secretAccessKey: string }
  account: Account
  /** Certificate authority and endpoint that DescribeCluster answers. */
  eks: MinistackOptions['eks']
  servedRecords: Aws['servedRecords']
  close(): Promise<void>
}

export const TRIAL_REPOSITORY = {
  owner: 'acme',
  name: 'shop',
  id: 42,
  defaultBranch: 'main',
  workflowFile: 'preview.yaml',
}
export const TRIAL_DOMAIN = 'preview.localhost'

export const spawnTrial: MinistackOptions['spawn'] = (_name, command, args, env) => {
  const child = spawn(command, args, { env, stdio: 'ignore' })
  const exited = once(child, 'exit')
  return {
    close: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

export const startTrialAws = async (options: Partial<AwsOptions> = {}): Promise<TrialAws> => {
  const state = await mkdtemp(path.join(tmpdir(), 'eks-preview-aws-'))
  const root = { accessKeyId: 'AKIAROOTROOTROOTROOT', secretAccessKey: 'root-secret' }
  const caFile = path.join(state, 'ca.crt')
  await writeFile(caFile, 'the cluster authority')
  const eks = { endpoint: 'https://127.0.0.1:6443', caFile, authSecret: 'a-secret-of-the-trial' }
  const python = await installMinistack({ cache: cacheRoot(), log: () => {} })
  const ministack = await startMinistack({
    python,
    port: await freePort(0),
    state: path.join(state, 'ministack'),
    root,
    eks,
    // Functions run on the Node that runs the tests.
    path: `${path.dirname(process.execPath)}:${process.env.PATH}`,
    spawn: spawnTrial,
  })
  const aws = await startAws({ port: 0, upstream: ministack.endpoint, root, ...options })
  const account = await setUpAccount({
    endpoint: ministack.endpoint,
    root,
    domain: TRIAL_DOMAIN,
    cluster: 'preview',
    stateMachine: 'eks-preview-checks',
    prepareStateMachine: 'eks-preview-checks-prepare',
    repository: TRIAL_REPOSITORY,
  })
  return {
    endpoint: aws.endpoint,
    upstream: ministack.endpoint,
    root,
    account,
    eks,
    servedRecords: aws.servedRecords,
    close: async () => {
      await aws.close()
      await ministack.close()
      await rm(state, { recursive: true, force: true })
    },
  }
}
