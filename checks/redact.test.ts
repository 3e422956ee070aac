import { describe, expect, test } from 'vitest'
import { hiding, isSecretName, redact } from './redact.ts'

test.each([
  ['DB_PASSWORD=hunter2 started', 'DB_PASSWORD=*** started'],
  ['{"apiKey": "abc", "port": 1}', '{"apiKey": "***", "port": 1}'],
  ['{"password": "a phrase", "port": 1}', '{"password": "***", "port": 1}'],
  ['DB_PASSWORD=hun\\ter2 started', 'DB_PASSWORD=*** started'],
  ["password: 'a phrase', port: 1", "password: '***', port: 1"],
  ['password="a\\"b" port=1', 'password="***" port=1'],
  ['{"msg":"{\\"password\\":\\"hunter2\\",\\"port\\":1}"}', '{"msg":"{\\"password\\":\\"***\\",\\"port\\":1}"}'],
  ['mysql --db-password hunter2 --verbose', 'mysql --db-password *** --verbose'],
  ['mysql --password --verbose', 'mysql --password --verbose'],
  ['"token" => "abc", :key => 1', '"token" => "***", :key => 1'],
  ['AWS_SECRET_ACCESS_KEY: abc/def', 'AWS_SECRET_ACCESS_KEY: ***'],
  ['SENTRY_DSN=https://a@b/1', 'SENTRY_DSN=***'],
  ['connect mysql://root:hunter2@db:3306/x', 'connect mysql://root:***@db:3306/x'],
  ['connect postgres://root:p@ss:w0rd@db/x', 'connect postgres://root:***@db/x'],
  ['open root:hunter2@tcp(db:3306)/x', 'open root:***@tcp(db:3306)/x'],
  ['GET /a?X-Amz-Signature=abc&b=1', 'GET /a?X-Amz-Signature=***&b=1'],
  ['GET /a?sv=1&sig=abc%3D', 'GET /a?sv=1&sig=***'],
  ['key AKIAABCDEFGHIJKLMNOP', 'key ***'],
  ['jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2ln', 'jwt ***'],
  ['docker login -p eyJwYXlsb2FkIjoiYWJjZGVm==', 'docker login -p ***'],
  ['curl -H "Bearer abcdefghijkl"', 'curl -H "Bearer ***"'],
  ['> Authorization: Basic dXNlcjpwYXNz', '> Authorization: ***'],
  ["{'authorization': 'AWS4-HMAC-SHA256 Credential=A, Signature=b'}", "{'authorization': '***'}"],
  ['Set-Cookie: session=abc; HttpOnly', 'Set-Cookie: ***'],
  ['a -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- b', 'a *** b'],
  ['push to https://ghp_0123456789ab@github.com', 'push to https://***@github.com'],
  ['POST https://hooks.slack.com/services/T1/B2/xyz', 'POST https://hooks.slack.com/services/***'],
  [
    "toomanyrequests: You have reached your pull rate limit as 'acme': dckr_jti_0123456789=. You may",
    'toomanyrequests: You have reached your pull rate limit as *** ***. You may',
  ],
  ['listening on port 3000', 'listening on port 3000'],
  ['author: Ada, path: /tokens, basic auth is on', 'author: Ada, path: /tokens, basic auth is on'],
])('%s', (line, hidden) => expect(redact(line)).toBe(hidden))

// One of them that is not bounded would take hours for this.
test.each([
  'aut',
  'pass',
  'eyJaaaaaaaa-',
  'a',
  'a:',
  'a://b:',
  'x@tcp(',
  'bearer ',
  '-----BEGIN PRIVATE KEY-----',
  '"=',
  'pass="',
  'pass=\\"\\',
  ' --pass',
])('a log full of %j is read to its end', (piece) =>
  expect(redact(`${piece.repeat(2 ** 20 / piece.length)}\npassword=x`)).toMatch(/\*\*\*$/),
)

describe('values that are known', () => {
  const hide = hiding(['s3cr"t', 'abc', 'line one\nline two', 'longer than s3cr"t', ''])

  test.each([
    ['the value s3cr"t itself', 'the value *** itself'],
    ['as JSON: {"a":"s3cr\\"t"}', 'as JSON: {"a":"***"}'],
    ['in a URL: ?a=s3cr%22t', 'in a URL: ?a=***'],
    ['within longer than s3cr"t, one star', 'within ***, one star'],
    ['a line of it: line two', 'a line of it: ***'],
    ['too short to be one: abc', 'too short to be one: abc'],
    ['and what looks like one: token=x', 'and what looks like one: token=***'],
  ])('%s', (line, hidden) => expect(hide(line)).toBe(hidden))
})

test.each([
  ['DB_PASSWORD', true],
  ['apiKey', true],
  ['GITHUB_TOKEN', true],
  ['AUTHOR', false],
  ['DB_HOST', false],
])('%s is the name of a secret: %s', (name, is) => expect(isSecretName(name)).toBe(is))
