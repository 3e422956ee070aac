import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
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

/** What GitHub's token of the pinned workflow claims. */
export const TRIAL_CLAIMS = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'sts.amazonaws.com',
  sub: 'repo:acme/shop:pull_request',
  repository_id: '42',
  job_workflow_ref: 'acme/shop/.github/workflows/preview.yaml@refs/heads/main',
}

/** Credentials of the published role, for a job whose token claims this. */
export const asActionRole = async ({ endpoint, account }: TrialAws, claims: object = TRIAL_CLAIMS) => {
  const sts = new STSClient({ endpoint, region: account.region })
  const input = { RoleArn: account.roleArn, RoleSessionName: 'run-1', WebIdentityToken: jwt(claims) }
  const { Credentials: given } = await sts.send(new AssumeRoleWithWebIdentityCommand(input))
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  }
}

const jwt = (claims: object): string => {
  const exp = Math.floor(Date.now() / 1000) + 300
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { exp, ...claims },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  return `${parts.join('.')}.c2lnbmF0dXJl`
}

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
