// biome-ignore-all lint/suspicious/noThenProperty: what comes after a request; data, and never a function
import { expect, test } from 'vitest'
import { type CheckKind, problemsOf, readCheck } from './check-kinds.ts'

const problems = (kind: CheckKind, check: object) => {
  const { error } = readCheck(kind, check)
  return error ? problemsOf(error) : []
}

const row = (change: object) => ({ path: '/x', row: { table: 'items', where: { name: '{marker}' }, ...change } })

test.each<[CheckKind, object]>([
  ['login', { path: '/login', body: { user: 'demo' }, token: '$.data.token', expect: 302 }],
  ['login', { path: '/login', form: { user: 'demo' }, headers: { 'X-Csrf': 'off' } }],
  ['write', row({})],
  ['write', row({ table: 'shop.items', where: { id: '{json.id}', done: false, gone: null }, within: '120s' })],
  ['queue', { path: '/jobs', body: [], then: { path: '/jobs/{json.id}' }, queue: 'jobs' }],
  [
    'storage',
    { path: '/f', file: { field: 'f', name: 'a', text: '{marker}' }, object: { bucket: 'b', key: 'a/{marker}' } },
  ],
  [
    'call',
    { path: '/x?y={marker}', then: { app: 'app2', path: '/z', expect: { status: [200, 204], text: '{marker}' } } },
  ],
  ['call', { path: '/graphql', body: { query: '{ items { id } }' } }],
])('a %s may be %j', (kind, check) => expect(problems(kind, check)).toEqual([]))

test.each<[string, CheckKind, object, string]>([
  ['another host', 'call', { path: '//evil.example/' }, 'path: write a path'],
  ['another host by backslash', 'call', { path: '/\\evil.example' }, 'path: write a path'],
  ['a URL', 'call', { path: 'https://evil.example' }, 'path: write a path'],
  ['another host to follow', 'call', { path: '/', then: { path: '//evil' } }, 'then.path: write a path'],
  ['an unknown placeholder in a path', 'call', { path: '/{id}' }, 'path: in braces write {marker}'],
  ['the host header', 'call', { path: '/', headers: { Host: 'x' } }, 'headers.Host: a check may not set'],
  ['two headers in one', 'call', { path: '/', headers: { a: 'b\r\nhost: x' } }, 'headers.a: one line'],
  ['two bodies', 'call', { path: '/', body: 1, form: { a: 'b' } }, 'body: not together with form'],
  ['code', 'call', { path: '/', script: 'x' }, 'Unrecognized key'],
  ['a write that proves nothing', 'write', { path: '/' }, 'add row or then'],
  ['a row of any attempt', 'write', row({ where: { name: 'fixed' } }), 'row.where: one value must hold {marker}'],
  ['SQL for a table', 'write', row({ table: 'items; drop' }), 'row.table: not the name of a table'],
  ['SQL for a column', 'write', row({ where: { 'a=1 or b': '{marker}' } }), 'row.where.a=1 or b: '],
  ['a queue without its end', 'queue', { path: '/jobs' }, 'then: '],
  ['an ARN', 'queue', { path: '/', then: { path: '/' }, queue: 'arn:aws:sqs:x' }, 'queue: a name of the install'],
  ['a bucket by URL', 'storage', { path: '/', object: { bucket: 's3://b', key: '{marker}' } }, 'object.bucket: a name'],
  ['an object of any attempt', 'storage', { path: '/', object: { bucket: 'b', key: 'a' } }, 'object.key: must hold'],
  ['hours', 'call', { path: '/', then: { path: '/', within: '1h' } }, 'then.within: write seconds'],
  ['a token anywhere', 'login', { path: '/', token: 'token' }, 'token: write where the token is'],
])('%s is refused', (_, kind, check, problem) => expect(problems(kind, check).join('\n')).toContain(problem))
