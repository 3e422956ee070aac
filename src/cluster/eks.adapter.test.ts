import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EKSClient } from '@aws-sdk/client-eks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectionToEks } from './eks.ts'

const ROLE_SESSION = 'arn:aws:sts::000000000000:assumed-role/deployer/run-1'
const described = (more: object = {}) => ({
  cluster: {
    name: 'preview',
    arn: 'arn:aws:eks:us-east-1:000000000000:cluster/preview',
    status: 'ACTIVE',
    endpoint: 'https://k.eks.test',
    certificateAuthority: { data: Buffer.from('CA').toString('base64') },
    ...more,
  },
})
const identity = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${ROLE_SESSION}</Arn><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`

let server: Server
let answer: { status: number; type?: string; body: object; date?: Date }
beforeEach(async () => {
  server = createServer((request, response) => {
    if (request.method === 'POST') return response.writeHead(200, { 'content-type': 'text/xml' }).end(identity)
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      date: (answer.date ?? new Date()).toUTCString(),
      ...(answer.type && { 'x-amzn-errortype': answer.type }),
    })
    return response.end(JSON.stringify(answer.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

const connect = async (signal = new AbortController().signal) => {
  const masked: string[] = []
  const credentials = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' })
  const client = new EKSClient({ region: 'us-east-1', credentials, maxAttempts: 2 })
  const mask = (secret: string) => void masked.push(secret)
  const connection = await connectionToEks({
    client,
    cluster: 'preview',
    region: 'us-east-1',
    credentials,
    mask,
    signal,
  })
  return { connection, masked }
}
const urlIn = (token = '') => new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString())

describe('the connection', () => {
  test.each(['ACTIVE', 'UPDATING'])('of a cluster that is %s', async (status) => {
    answer = { status: 200, body: described({ status }) }
    const { connection, masked } = await connect()
    expect(connection).toMatchObject({ server: 'https://k.eks.test', ca: 'CA' })
    const token = await connection.bearer?.(false)
    expect(masked).toEqual([token])
    expect(urlIn(token).host).toBe('sts.us-east-1.amazonaws.com')
  })

  test('tells the time as AWS does', async () => {
    const ahead = new Date(Date.now() + 3_600_000)
    answer = { status: 403, type: 'InvalidSignatureException', body: { message: 'Signature expired' }, date: ahead }
    server.once('request', (_, response) =>
      response.once('finish', () => (answer = { status: 200, body: described(), date: ahead })),
    )
    const { connection } = await connect()
    const signed = urlIn(await connection.bearer?.(false)).searchParams.get('X-Amz-Date')
    const hours = (date: Date) => date.toISOString().replace(/[-:]/g, '').slice(0, 11)
    expect([hours(ahead), hours(new Date(ahead.getTime() + 60_000))]).toContain(signed?.slice(0, 11))
  })

  test('names the access entry that is missing', async () => {
    answer = { status: 200, body: described() }
    const { connection } = await connect()
    expect(await connection.unauthorizedHint?.()).toContain(
      'aws eks create-access-entry --region us-east-1 --cluster-name preview --principal-arn arn:aws:iam::000000000000:role/deployer',
    )
  })

  test.each([
    [{ endpointPublicAccess: false }, expect.stringContaining('endpointPublicAccess=false')],
    [{ endpointPublicAccess: true, publicAccessCidrs: ['10.1.0.0/16'] }, expect.stringContaining('10.1.0.0/16')],
    [{ endpointPublicAccess: true, publicAccessCidrs: ['0.0.0.0/0'] }, undefined],
  ])('with %j', async (resourcesVpcConfig, hint) => {
    answer = { status: 200, body: described({ resourcesVpcConfig }) }
    expect((await connect()).connection.unreachableHint).toEqual(hint)
  })
})

describe('says what is wrong', () => {
  test.each(['CREATING', 'FAILED', 'DELETING'])('with a cluster that is %s', async (status) => {
    answer = { status: 200, body: described({ status, endpoint: undefined, certificateAuthority: undefined }) }
    await expect(connect()).rejects.toMatchObject({
      code: 'Unavailable',
      message: `the EKS cluster preview in us-east-1 is ${status} and cannot be used`,
    })
  })
  test('with the name', async () => {
    answer = { status: 404, type: 'ResourceNotFoundException', body: { message: 'No cluster found' } }
    await expect(connect()).rejects.toMatchObject({
      code: 'NotFound',
      message: 'there is no EKS cluster preview in account 000000000000, region us-east-1',
    })
  })
  test('with the permission', async () => {
    answer = { status: 403, type: 'AccessDeniedException', body: { message: 'not authorized' } }
    await expect(connect()).rejects.toMatchObject({
      code: 'AccessDenied',
      hint: expect.stringContaining('allow eks:DescribeCluster on preview in us-east-1'),
    })
  })
  test('with a session that has ended', async () => {
    answer = { status: 403, type: 'ExpiredTokenException', body: { message: 'expired' } }
    await expect(connect()).rejects.toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('ExpiredTokenException'),
    })
  })
  test('with the region', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://nowhere.invalid')
    await expect(connect()).rejects.toMatchObject({ code: 'BadInput', object: 'us-east-1' })
  })
  test('when it is cancelled', async () => {
    answer = { status: 200, body: described() }
    await expect(connect(AbortSignal.abort())).rejects.toMatchObject({ code: 'Cancelled' })
  })
})
