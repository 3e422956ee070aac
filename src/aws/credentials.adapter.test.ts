import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { awsCredentials } from './credentials.ts'

const ROLE = 'arn:aws:iam::000000000000:role/preview'
const TOKEN = `h.${Buffer.from('{"sub":"repo:acme/app:pull_request"}').toString('base64url')}.s`

let server: Server
let asked: URLSearchParams[]
/** Minutes that what STS gives is valid, in turn; `undefined` refuses. */
let lives: (number | undefined)[]
beforeEach(async () => {
  asked = []
  server = createServer(async (request, response) => {
    asked.push(new URLSearchParams(await text(request)))
    const life = lives.shift()
    response.writeHead(life === undefined ? 403 : 200, { 'content-type': 'text/xml' })
    response.end(life === undefined ? REFUSED : given(life, asked.length))
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

const REFUSED =
  '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>'
const given = (minutes: number, count: number) =>
  `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
   <AccessKeyId>ASIA${count}</AccessKeyId><SecretAccessKey>secret ${count}</SecretAccessKey><SessionToken>session ${count}</SessionToken>
   <Expiration>${new Date(Date.now() + minutes * 60_000).toISOString()}</Expiration>
   </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`

const provider = (more: Partial<Parameters<typeof awsCredentials>[0]> = {}) => {
  const masked: string[] = []
  const mask = (secret: string) => void masked.push(secret)
  const idToken = async () => TOKEN
  return { masked, credentials: awsCredentials({ region: 'us-east-1', roleToAssume: ROLE, idToken, mask, ...more }) }
}

test('assumes the role once for all clients and masks what is secret', async () => {
  lives = [60]
  const { credentials, masked } = provider({ sessionName: 'run-1' })
  const all = await Promise.all([credentials(), credentials(), credentials()])
  expect(all.map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIA1', 'ASIA1', 'ASIA1'])
  expect(asked).toHaveLength(1)
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: ROLE,
    RoleSessionName: 'run-1',
    WebIdentityToken: TOKEN,
  })
  expect(masked).toEqual([TOKEN, 'secret 1', 'session 1'])
})

test('renews them before they end, once for all', async () => {
  lives = [4, 60]
  const { credentials } = provider()
  expect((await credentials()).accessKeyId).toBe('ASIA1')
  const all = await Promise.all([credentials(), credentials()])
  expect(all.map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIA2', 'ASIA2'])
  expect(asked).toHaveLength(2)
})

test('a clock that is slow does not keep them for longer than they are good', async () => {
  lives = [60 + 20]
  const { expiration } = await provider().credentials()
  expect(expiration?.getTime()).toBeLessThanOrEqual(Date.now() + 60 * 60_000)
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({ DurationSeconds: '3600' })
})

test('a refusal names the subject, and does not last', async () => {
  lives = [undefined, 60]
  const { credentials } = provider()
  await expect(credentials()).rejects.toMatchObject({
    code: 'AccessDenied',
    message: `AWS does not let this job assume ${ROLE}; its OIDC subject is repo:acme/app:pull_request`,
  })
  expect((await credentials()).accessKeyId).toBe('ASIA2')
})

test('a job that may not ask for a token', async () => {
  const { credentials } = provider({ idToken: () => Promise.reject(new Error('ACTIONS_ID_TOKEN_REQUEST_URL')) })
  await expect(credentials()).rejects.toMatchObject({
    code: 'AccessDenied',
    hint: expect.stringContaining('id-token: write'),
  })
})

test('without a role, what the environment gives', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'from the environment')
  const { credentials, masked } = provider({ roleToAssume: undefined })
  expect((await credentials()).accessKeyId).toBe('AKIAEXAMPLE')
  expect(masked).toEqual(['from the environment'])
})

test('without anything', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
  await expect(provider({ roleToAssume: undefined }).credentials()).rejects.toMatchObject({
    code: 'AccessDenied',
    message: 'found no AWS credentials',
    hint: expect.stringContaining('role-to-assume'),
  })
})
