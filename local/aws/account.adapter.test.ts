import { Sha256 } from '@aws-crypto/sha256-js'
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
} from '@aws-sdk/client-ecr'
import { DeleteClusterCommand, DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks'
import { ChangeResourceRecordSetsCommand, Route53Client, type RRType } from '@aws-sdk/client-route-53'
import { ListStateMachinesCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setUpAccount } from './account.ts'
import {
  asActionRole,
  startTrialAws,
  TRIAL_CLAIMS,
  TRIAL_DOMAIN,
  TRIAL_REPOSITORY,
  type TrialAws,
} from './trial-aws.ts'

let aws: TrialAws
let role: { endpoint: string; region: string; credentials: Credentials }
type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string }

const WORKFLOW = TRIAL_CLAIMS.job_workflow_ref
const assume = (claims: object): Promise<Credentials> => asActionRole(aws, claims)

beforeAll(async () => {
  aws = await startTrialAws()
  role = { endpoint: aws.endpoint, region: 'us-east-1', credentials: await assume(TRIAL_CLAIMS) }
})
afterAll(() => aws.close())

test('setting up twice changes nothing', async () => {
  const again = await setUpAccount({
    endpoint: aws.endpoint,
    root: aws.root,
    domain: TRIAL_DOMAIN,
    cluster: 'preview',
    stateMachine: 'eks-preview-checks',
    prepareStateMachine: 'eks-preview-checks-prepare',
    repository: TRIAL_REPOSITORY,
  })
  expect(again).toEqual(aws.account)
})

test('the cluster is the stack’s own API server', async () => {
  const { cluster } = await new EKSClient(role).send(new DescribeClusterCommand({ name: 'preview' }))
  const data = Buffer.from('the cluster authority').toString('base64')
  expect(cluster).toMatchObject({ status: 'ACTIVE', endpoint: aws.eks.endpoint, certificateAuthority: { data } })
})

describe('The trust policy', () => {
  test('lets the pinned workflow of the repository in', async () => {
    const { Arn } = await new STSClient(role).send(new GetCallerIdentityCommand({}))
    expect(Arn).toBe('arn:aws:sts::000000000000:assumed-role/eks-preview/run-1')
    await assume({ ...TRIAL_CLAIMS, sub: 'repo:acme/shop:ref:refs/heads/main' })
  })

  test.each([
    ['another repository', { sub: 'repo:evil/shop:pull_request' }],
    ['a repository that took over the name', { repository_id: '43' }],
    ['a workflow of the pull request', { job_workflow_ref: WORKFLOW.replace('heads/main', 'pull/1/merge') }],
    ['no pinned workflow', { job_workflow_ref: undefined }],
    ['another branch', { sub: 'repo:acme/shop:ref:refs/heads/other' }],
    ['another audience', { aud: 'https://github.com/acme' }],
    ['another issuer', { iss: 'https://token.example.com' }],
  ])('keeps out %s', async (_, claims) => {
    await expect(assume({ ...TRIAL_CLAIMS, ...claims })).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  test('keeps out an expired token', async () => {
    await expect(assume({ ...TRIAL_CLAIMS, exp: Math.floor(Date.now() / 1000) - 1 })).rejects.toMatchObject({
      name: 'ExpiredTokenException',
    })
  })
})

describe('The role', () => {
  const upsert = (Name: string, Type: RRType, HostedZoneId = aws.account.zoneId) =>
    new Route53Client(role).send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: {
          Changes: [
            {
              Action: 'UPSERT',
              ResourceRecordSet: {
                Name,
                Type,
                TTL: 60,
                ResourceRecords: [{ Value: Type === 'TXT' ? '"x"' : '192.0.2.1' }],
              },
            },
          ],
        },
      }),
    )
  const denied = { message: expect.stringContaining('not authorized to perform') }

  test('may write preview records', async () => {
    await upsert(`a.${TRIAL_DOMAIN}`, 'A')
    await upsert(`_eks-preview.a.${TRIAL_DOMAIN}`, 'TXT')
  })

  test.each<[string, string, RRType]>([
    ['the apex', TRIAL_DOMAIN, 'TXT'],
    ['a name elsewhere', 'www.example.com', 'A'],
    ['another type', `a.${TRIAL_DOMAIN}`, 'MX'],
  ])('may not write %s', async (_, name, type) => {
    await expect(upsert(name, type)).rejects.toMatchObject(denied)
  })

  test('may not write into another zone', async () => {
    await expect(upsert(`a.${TRIAL_DOMAIN}`, 'A', 'ZOTHER')).rejects.toMatchObject(denied)
  })

  test('may see what is pushed to the account, and change nothing there', async () => {
    const ecr = new ECRClient(role)
    await expect(ecr.send(new DescribeImagesCommand({ repositoryName: 'app1' }))).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    })
    await ecr.send(new DescribeRepositoriesCommand({}))
    await expect(ecr.send(new CreateRepositoryCommand({ repositoryName: 'app1' }))).rejects.toMatchObject(denied)
    const elsewhere = new DescribeImagesCommand({ registryId: '999999999999', repositoryName: 'app1' })
    await expect(ecr.send(elsewhere)).rejects.toMatchObject(denied)
  })

  test('may not touch the cluster or another state machine', async () => {
    await expect(new EKSClient(role).send(new DeleteClusterCommand({ name: 'preview' }))).rejects.toMatchObject(denied)
    const sfn = new SFNClient(role)
    await expect(sfn.send(new ListStateMachinesCommand({}))).rejects.toMatchObject(denied)
    const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:other'
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn }))).rejects.toMatchObject(denied)
  })
})

describe('The token webhook', () => {
  const HOST = 'sts.us-east-1.amazonaws.com'

  const token = async (cluster: string, credentials: Credentials, signingDate = new Date()): Promise<string> => {
    const signer = new SignatureV4({ service: 'sts', region: 'us-east-1', credentials, sha256: Sha256 })
    const request = {
      method: 'GET',
      protocol: 'https:',
      hostname: HOST,
      path: '/',
      headers: { host: HOST, 'x-k8s-aws-id': cluster },
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    }
    const signed = await signer.presign(request, { expiresIn: 60, signingDate })
    const query = new URLSearchParams(signed.query as Record<string, string>)
    return `k8s-aws-v1.${Buffer.from(`https://${HOST}/?${query}`).toString('base64url')}`
  }
  const review = async (bearer: string, secret = aws.eks.authSecret) => {
    const url = `${aws.endpoint}/_ministack/eks-auth/000000000000/us-east-1/preview/${secret}`
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: bearer } }
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    const answer = (await response.json()) as { status: { authenticated?: boolean; user?: { groups: string[] } } }
    return answer.status
  }

  test('knows the role as a member of its access entry’s group', async () => {
    expect(await review(await token('preview', role.credentials))).toMatchObject({
      authenticated: true,
      user: { groups: expect.arrayContaining(['eks-preview']) },
    })
  })

  test.each<[string, () => Promise<string>]>([
    ['for another cluster', () => token('other', role.credentials)],
    ['with a wrong secret', () => token('preview', { ...role.credentials, secretAccessKey: 'x' })],
    ['of 16 minutes ago', () => token('preview', role.credentials, new Date(Date.now() - 16 * 60_000))],
    ['cut short', async () => (await token('preview', role.credentials)).slice(0, -4)],
  ])('refuses a token %s', async (_, bearer) => {
    expect((await review(await bearer())).authenticated).not.toBe(true)
  })

  test('refuses everybody who does not know its address', async () => {
    const good = await token('preview', role.credentials)
    expect((await review(good, 'some-other-secret-here')).authenticated).not.toBe(true)
  })
})
