import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namespaceDump } from './dump.ts'
import { CONFIG, files, type Home, openHome } from './home.ts'
import { refused } from './refusal.ts'

let home: Home
let number: number
beforeAll(async () => {
  home = await openHome()
  number = home.open('refuse/me', files).number
})
afterAll(() => home.end())

const opened = (inputs: Record<string, string>, env: Record<string, string> = {}) =>
  home.on('opened', number, { inputs, env })

describe('inputs', () => {
  const step = 'Read the event and the inputs'

  test('everything that is wrong, at once, before anything is asked of the network', async () => {
    const requests = home.github.requests().length
    const wrong = {
      'zone-id': 'Z1',
      cluster: '../x',
      region: 'us-east-99',
      domain: 'localhost',
      'hosted-zone-id': 'example.com',
      'wait-timeout': '-1',
      'smoke-required': 'yes',
      namespace: 'Previews',
      images: 'app1',
    }
    const told = { step, object: 'zone-id', cause: 'there is no input zone-id', next: 'the inputs are mode' }
    const run = await refused(home, told, () => opened(wrong))
    const errors = run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
    for (const name of Object.keys(wrong)) expect(errors).toContainEqual(expect.stringContaining(name))
    expect(errors).toHaveLength(Object.keys(wrong).length)
    expect(home.github.requests()).toHaveLength(requests)
  })

  test('no cluster', async () => {
    const told = { step, object: 'cluster', cause: 'set either cluster or kubeconfig', next: 'name of the EKS cluster' }
    await refused(home, told, () => opened({ cluster: '' }))
  })
})

describe('.github/preview.yaml', () => {
  const step = 'Read what is wanted'
  let branch = 0
  const withConfig = (text: string | undefined) => {
    const pr = home.open(`refuse/config-${branch++}`, text === undefined ? { 'README.md': 'x' } : { [CONFIG]: text })
    return { number: pr.number, run: () => home.on('opened', pr.number) }
  }

  test('is missing, which the pull request is told', async () => {
    const pr = withConfig(undefined)
    await refused(home, { step, object: CONFIG, cause: 'does not exist at', next: 'add it, for example' }, pr.run)
    expect(home.comments(pr.number).map(({ body }) => body)).toEqual([
      expect.stringMatching(/^❌ \*\*Not deployed: .*does not exist/),
    ])
  })

  test('is no YAML', async () => {
    const { run } = withConfig('apps:\n  app1: { image: a\n  b: [\n')
    const told = { step, object: CONFIG, cause: 'Flow map', next: 'correct these lines' }
    const { annotations } = await refused(home, told, run)
    expect(annotations.map(({ file, line }) => `${file}:${line}`)).toEqual([`${CONFIG}:3`, `${CONFIG}:4`])
  })

  test('has wrong keys and values, each with its line', async () => {
    const { run } = withConfig('apps:\n  app1:\n    image: registry/a\n    prot: 3000\n    health: nope\nsmok: {}\n')
    const told = { step, object: 'apps.app1.prot', cause: 'unknown key', next: 'correct these lines' }
    const { annotations } = await refused(home, told, run)
    expect(annotations.map(({ file, line, message }) => `${file}:${line} ${message.split(':')[0]}`).sort()).toEqual([
      `${CONFIG}:2 apps.app1.port`,
      `${CONFIG}:4 apps.app1.prot`,
      `${CONFIG}:5 apps.app1.health`,
      `${CONFIG}:6 smok`,
    ])
  })

  test('does not have an app that images names', async () => {
    const told = { step, object: 'images', cause: 'names app2', next: 'use the names of its apps (app1)' }
    await refused(home, told, () => opened({ images: 'app2=registry/app2:1' }))
  })

  test('makes a host that is too long for DNS', async () => {
    const app = 'a'.repeat(30)
    const { number } = withConfig(`apps: { ${app}: { image: registry/a, port: 1 } }`)
    const inputs = { 'host-template': 'preview-{id}-{app}.{domain}' }
    const told = { step, object: `${app}.${home.domain}`, cause: '71 of 63 characters', next: 'shorten' }
    await refused(home, told, () => home.on('opened', number, { inputs }))
  })
})

describe('tools and credentials', () => {
  const connect = 'Connect to the cluster'
  const role = 'role/eks-preview'
  const rootKeys = () => ({
    AWS_ACCESS_KEY_ID: home.stack.aws.root.accessKeyId,
    AWS_SECRET_ACCESS_KEY: home.stack.aws.root.secretAccessKey,
  })

  test('no kustomize', async () => {
    const told = { step: 'Render and check', object: 'PATH', cause: 'neither kustomize nor kubectl', next: 'install' }
    await refused(home, told, () => opened({}, { PATH: '/nowhere' }))
  })

  test('a folder that cannot be written', async () => {
    const told = {
      step: 'Render and check',
      object: '/proc',
      cause: 'cannot write the overlay',
      next: 'free some space',
    }
    await refused(home, told, () => opened({}, { RUNNER_TEMP: '/proc' }))
  })

  test('a repository that the role does not trust', async () => {
    const mallory = 'mallory/shop'
    home.github.addRepository({ fullName: mallory, files })
    const job = home.github.jobVariables({ repository: mallory, eventName: 'push' })
    const cause = 'does not let this job assume'
    await refused(home, { step: connect, object: role, cause, next: `sub repo:${mallory}:` }, () => opened({}, job))
  })

  test('a job without an OIDC token', async () => {
    const told = { step: connect, object: role, cause: 'no OIDC token', next: 'id-token: write' }
    await refused(home, told, () =>
      opened({}, { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }),
    )
  })

  test('no credentials at all', async () => {
    const told = {
      step: connect,
      object: 'AWS',
      cause: 'found no AWS credentials',
      next: 'set the input role-to-assume',
    }
    await refused(home, told, () => opened({ 'role-to-assume': '' }))
  })

  test('a cluster that is not there', async () => {
    const told = { step: connect, object: 'previw', cause: 'in account 000000000000', next: 'check the inputs cluster' }
    await refused(home, told, () => opened({ cluster: 'previw', 'role-to-assume': '' }, rootKeys()))
  })

  test('a cluster that the role may not see: its name may be wrong', async () => {
    const told = { step: connect, object: 'previw', cause: 'AWS refused', next: 'check the inputs cluster and region' }
    await refused(home, told, () => opened({ cluster: 'previw' }))
  })

  test('401: a role without an access entry', async () => {
    const iam = new IAMClient({ ...home.stack.aws, credentials: home.stack.aws.root })
    const RoleName = 'eks-preview-unmapped'
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'eks-preview' }))
    const AssumeRolePolicyDocument = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')
    const Statement = { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: '*' }
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'see', PolicyDocument }))
    try {
      const told = {
        step: 'Read what is wanted',
        object: home.stack.endpoint,
        cause: 'does not accept our credentials (401)',
        next: `create-access-entry --region us-east-1 --cluster-name preview --principal-arn arn:aws:iam::000000000000:role/${RoleName}`,
      }
      await refused(home, told, () => opened({ 'role-to-assume': `arn:aws:iam::000000000000:role/${RoleName}` }))
    } finally {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'see' }))
      await iam.send(new DeleteRoleCommand({ RoleName }))
    }
  })

  test('403: a namespace in which nothing is allowed', async () => {
    const told = {
      step: 'Read what is wanted',
      object: 'ConfigMap/default/eks-preview.install',
      cause: 'may not get configmaps in namespace default',
      next: 'apply install/',
    }
    const before = await namespaceDump('default')
    await refused(home, told, () => opened({ namespace: 'default' }))
    expect(await namespaceDump('default')).toEqual(before)
  })
})
