import { createHash, generateKeyPair, type KeyObject, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { ApiError } from './api-error.ts'
import type { Answer, Call } from './wire.ts'

export type Claims = Record<string, string>

const ISSUER = 'https://token.actions.githubusercontent.com'
const TOKEN_PATH = '/oidc/token'
// What GitHub's tokens show: valid from ten minutes before they are made, for five minutes after.
const BACKDATED = 600
const LIFETIME = 300

type Keys = { publicKey: KeyObject; privateKey: KeyObject; id: string }

/** The runner's ID-token endpoint, with keys of its own: whoever trusts `jwksUri` can check what it signs. */
export const createOidc = (now: () => Date, baseUrl: string) => {
  const jobs = new Map<string, Claims>()
  let keys: Promise<Keys> | undefined

  const token = async (call: Call): Promise<Answer> => {
    const [, bearer = ''] = /^bearer (\S+)$/i.exec(call.headers.authorization ?? '') ?? []
    const claims = jobs.get(bearer)
    if (!claims) throw new ApiError(401, 'Bad credentials')
    keys ??= makeKeys()
    const audience = call.url.searchParams.get('audience') ?? `https://github.com/${claims.repository_owner}`
    const value = jwt(await keys, claims, audience, Math.floor(now().getTime() / 1000))
    return { status: 200, body: { value, count: value.length } }
  }

  const jwks = async (): Promise<Answer> => {
    keys ??= makeKeys()
    const { publicKey, id } = await keys
    return {
      status: 200,
      body: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: id, alg: 'RS256', use: 'sig' }] },
    }
  }

  return {
    /** Registers a job that has `id-token: write`; the two values are its ACTIONS_ID_TOKEN_REQUEST_* variables. */
    job(claims: Claims) {
      const bearer = `id-token-${jobs.size + 1}-${randomUUID()}`
      jobs.set(bearer, claims)
      return {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${baseUrl}${TOKEN_PATH}?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
      }
    },
    /** The answer when the request is for this endpoint. */
    answer(call: Call): Promise<Answer> | undefined {
      if (call.url.pathname === TOKEN_PATH) return token(call)
      if (call.url.pathname === '/.well-known/jwks') return jwks()
      const configuration = {
        issuer: ISSUER,
        jwks_uri: `${baseUrl}/.well-known/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
      }
      const isAsked = call.url.pathname === '/.well-known/openid-configuration'
      return isAsked ? Promise.resolve({ status: 200, body: configuration }) : undefined
    },
  }
}

const makeKeys = async (): Promise<Keys> => {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const id = createHash('sha256')
    .update(pair.publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
  return { ...pair, id }
}

const jwt = ({ privateKey, id }: Keys, claims: Claims, aud: string, iat: number) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const standard = { jti: randomUUID(), aud, iss: ISSUER, nbf: iat - BACKDATED, exp: iat + LIFETIME, iat }
  const signed = `${part({ typ: 'JWT', alg: 'RS256', kid: id })}.${part({ ...claims, ...standard })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
}
