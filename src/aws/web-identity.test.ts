import { expect, test } from 'vitest'
import { assumeFailure } from './web-identity.ts'

const ROLE = 'arn:aws:iam::000000000000:role/preview'
const token = `h.${Buffer.from(JSON.stringify({ sub: 'repo:acme/app:pull_request', iss: 'https://tokens.example' })).toString('base64url')}.signature`
const failed = (name: string, given = token) =>
  assumeFailure(Object.assign(new Error('said AWS'), { name }), ROLE, given)

test('a refused subject is named, with what the trust policy lacks', () => {
  const error = failed('AccessDenied')
  expect(error).toMatchObject({ code: 'AccessDenied', object: ROLE })
  expect(error.message).toContain('repo:acme/app:pull_request')
  expect(error.hint).toContain('for tokens.example with aud sts.amazonaws.com and sub repo:acme/app:pull_request')
})

test('a missing provider is named', () => {
  expect(failed('InvalidIdentityToken').hint).toContain('create the IAM OIDC provider tokens.example')
})

test('what is no ARN is bad input', () => {
  expect(failed('ValidationError')).toMatchObject({ code: 'BadInput' })
})

test('the token is told nowhere, even when it cannot be read', () => {
  for (const name of ['AccessDenied', 'InvalidIdentityToken', 'ValidationError', 'ExpiredTokenException']) {
    const { message, hint } = failed(name, 'opaque-token')
    expect(`${message} ${hint}`).not.toContain('opaque-token')
  }
})
