import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { eksToken, type TokenFor } from './eks-token.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG'
const date = new Date('2026-11-21T10:00:00Z')
const given: TokenFor = {
  cluster: 'preview',
  region: 'us-east-1',
  partition: 'aws',
  credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: SECRET, sessionToken: 'FwoG/+==' },
  date,
}

describe('what the control plane checks', () => {
  test('passes', async () => {
    expect(verify(await eksToken(given), 'preview', date)).toBe('ok')
  })
  test('without a session token too', async () => {
    const { sessionToken: _, ...credentials } = given.credentials
    expect(verify(await eksToken({ ...given, credentials }), 'preview', date)).toBe('ok')
  })
  test('is 15 minutes old at most', async () => {
    const token = await eksToken(given)
    expect(verify(token, 'preview', new Date(date.getTime() + 15 * 60_000 - 1))).toBe('ok')
    expect(verify(token, 'preview', new Date(date.getTime() + 15 * 60_000 + 1))).toBe('expired')
  })
  test('is for this cluster', async () => {
    expect(verify(await eksToken(given), 'other', date)).toBe('signature')
  })
  test('is not tampered with', async () => {
    const url = Buffer.from((await eksToken(given)).slice(11), 'base64url').toString()
    const verified = (href: string) => verify(`k8s-aws-v1.${Buffer.from(href).toString('base64url')}`, 'preview', date)
    const forged = (change: (url: URL) => void) => {
      const changed = new URL(url)
      change(changed)
      return verified(changed.href)
    }
    expect(verified(url)).toBe('ok')
    expect(forged(({ searchParams }) => searchParams.set('X-Amz-Signature', '0'.repeat(64)))).toBe('signature')
    expect(forged(({ searchParams }) => searchParams.set('X-Amz-Expires', '901'))).toBe('expires')
    expect(forged(({ searchParams }) => searchParams.append('Extra', '1'))).toBe('parameter Extra')
    expect(forged(({ searchParams }) => searchParams.append('Action', 'GetCallerIdentity'))).toBe('parameter Action')
    expect(forged(({ searchParams }) => searchParams.set('Action', 'AssumeRole'))).toBe('action')
    expect(verified(url.replace('sts.us-east-1.amazonaws.com', 'sts.evil.example'))).toBe('host')
    expect(verified(url.replace('/?', '/x?'))).toBe('path')
    expect(verified(url.replace('https:', 'http:'))).toBe('scheme')
    expect(forged(({ searchParams }) => searchParams.set('X-Amz-SignedHeaders', 'host'))).toBe('unsigned cluster')
  })
})

test.each([
  ['cn-north-1', 'aws-cn', 'sts.cn-north-1.amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'sts.us-gov-west-1.amazonaws.com'],
  ['eusc-de-east-1', 'aws-eusc', 'sts.eusc-de-east-1.amazonaws.eu'],
])('%s in %s asks %s', async (region, partition, host) => {
  const token = await eksToken({ ...given, region, partition })
  expect(new URL(Buffer.from(token.slice(11), 'base64url').toString()).host).toBe(host)
})

test('is refused here when the control plane would not read it', async () => {
  const session = (length: number) => ({
    ...given,
    credentials: { ...given.credentials, sessionToken: 'x'.repeat(length) },
  })
  expect((await eksToken(session(2_600))).length).toBeLessThanOrEqual(4_096)
  await expect(eksToken(session(2_800))).rejects.toMatchObject({
    code: 'AccessDenied',
    message: expect.stringMatching(/would have 4\d{3} of 4096 bytes/),
  })
})

const ALLOWED = /^(action|version|x-amz-(algorithm|credential|date|expires|security-token|signature|signedheaders))$/i

/** The rules of aws-iam-authenticator's verifier, then STS' own: the signature. */
const verify = (token: string, cluster: string, now: Date): string => {
  if (token.length > 4096) return 'too large'
  if (!/^k8s-aws-v1\.[\w-]+$/.test(token)) return 'format'
  const url = new URL(Buffer.from(token.slice(11), 'base64url').toString())
  if (url.protocol !== 'https:') return 'scheme'
  if (!/^sts\.[a-z0-9-]+\.amazonaws\.com$/.test(url.host)) return 'host'
  if (url.pathname !== '/') return 'path'
  const names = [...url.searchParams.keys()]
  const wrong = names.find((name, i) => !ALLOWED.test(name) || names.indexOf(name) !== i)
  if (wrong !== undefined) return `parameter ${wrong}`
  const value = (name: string) => url.searchParams.get(name) ?? ''
  if (value('Action') !== 'GetCallerIdentity') return 'action'
  if (!value('X-Amz-SignedHeaders').split(';').includes('x-k8s-aws-id')) return 'unsigned cluster'
  const expires = Number(value('X-Amz-Expires'))
  if (!(expires >= 0 && expires <= 900)) return 'expires'
  const signedAt = Date.parse(value('X-Amz-Date').replace(/(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'))
  if (!(now.getTime() - signedAt <= 15 * 60_000)) return 'expired'
  return signatureOf(url, cluster) === value('X-Amz-Signature') ? 'ok' : 'signature'
}

const signatureOf = (url: URL, cluster: string): string => {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&')
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`
  const empty = createHash('sha256').update('').digest('hex')
  const canonical = ['GET', '/', query, headers, url.searchParams.get('X-Amz-SignedHeaders'), empty].join('\n')
  const [, ...scope] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/')
  const hashed = createHash('sha256').update(canonical).digest('hex')
  const toSign = ['AWS4-HMAC-SHA256', url.searchParams.get('X-Amz-Date'), scope.join('/'), hashed].join('\n')
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  return hmac(scope.reduce<string | Buffer>(hmac, `AWS4${SECRET}`), toSign).toString('hex')
}
