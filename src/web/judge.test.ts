import { expect, test } from 'vitest'
import { fault, type Wanted } from './judge.ts'
import type { Answer } from './web.ts'

const sha = 'abc1234def5678abc1234def5678abc1234def56'
const header: Wanted = { commit: { header: 'X-Commit' }, sha }
const path: Wanted = { commit: { path: 'build.commit' }, sha }
const answer = (more: Partial<Answer> = {}): Answer => ({ status: 200, headers: {}, body: 'ok', ...more })

test.each<[string, Answer, Wanted]>([
  ['200', answer(), { sha }],
  ['this commit', answer({ headers: { 'x-commit': sha } }), header],
  ['its short form, padded and in capitals', answer({ headers: { 'x-commit': ' ABC1234 ' } }), header],
  ['in JSON', answer({ body: `{"build":{"commit":"${sha}"}}` }), path],
])('good: %s', (_, given, wanted) => {
  expect(fault(given, wanted)).toBeUndefined()
})

test.each<[string, Answer | { error: string }, Wanted, string]>([
  ['no answer', { error: 'ENOTFOUND: x' }, { sha }, 'ENOTFOUND: x'],
  ['503', answer({ status: 503, body: 'b'.repeat(500) }), { sha }, `HTTP 503: ${'b'.repeat(200)}`],
  ['a redirect', answer({ status: 302, headers: { location: '/login' }, body: '' }), { sha }, 'HTTP 302 to /login: '],
  [
    'another commit',
    answer({ headers: { 'x-commit': 'fff1234' } }),
    header,
    'HTTP 200 from commit fff1234 (header X-Commit)',
  ],
  [
    'too short to tell',
    answer({ headers: { 'x-commit': 'abc123' } }),
    header,
    'HTTP 200 from commit abc123 (header X-Commit)',
  ],
  ['no header', answer(), header, 'HTTP 200 without a header X-Commit: ok'],
  ['an empty header', answer({ headers: { 'x-commit': ' ' } }), header, 'HTTP 200 without a header X-Commit: ok'],
  ['not JSON', answer(), path, 'HTTP 200 without a JSON value at build.commit: ok'],
  [
    'JSON without it',
    answer({ body: '{"build":null}' }),
    path,
    'HTTP 200 without a JSON value at build.commit: {"build":null}',
  ],
  [
    'inherited, not said',
    answer({ body: '{}' }),
    { commit: { path: 'constructor.name' }, sha },
    'HTTP 200 without a JSON value at constructor.name: {}',
  ],
])('not good: %s', (_, given, wanted, why) => {
  expect(fault(given, wanted)).toBe(why)
})
