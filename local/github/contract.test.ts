import { describe, expect, test } from 'vitest'
import { createContract } from './contract.ts'
import slice from './openapi.json' with { type: 'json' }

const contract = createContract()
const objections = (method: string, path: string, body?: unknown) => {
  const url = new URL(path, 'http://x')
  return contract.find(method, url.pathname)?.objections(url.searchParams, body)
}

test.each([
  ['GET', '/repos/o/r', 'repos/get', {}],
  ['GET', '/repos/o/r/issues/comments/7', 'issues/get-comment', { comment_id: '7' }],
  ['GET', '/repos/o/r/issues/7/comments', 'issues/list-comments', { issue_number: '7' }],
  ['GET', '/repos/o/r/contents/a/b%20c.yaml', 'repos/get-content', { path: 'a/b c.yaml' }],
  ['GET', '/repos/o/r/contents/a%2Fb.yaml', 'repos/get-content', { path: 'a/b.yaml' }],
  ['GET', '/repos/o/r/tarball/feature/x', 'repos/download-tarball-archive', { ref: 'feature/x' }],
  ['GET', '/repos/o/r/commits/feature%2Fx/status', 'repos/get-combined-status-for-ref', { ref: 'feature/x' }],
])('%s %s is %s', (method, path, id, params) => {
  expect(contract.find(method, path)).toMatchObject({ id, params: { owner: 'o', repo: 'r', ...params } })
})

test.each([
  ['GET', '/repos/o'],
  ['GET', '/repos/o/r/'],
  ['PUT', '/repos/o/r'],
  ['GET', '/repos/o/r/pulls/x'],
  ['DELETE', '/repos/o/r/issues/7/comments'],
])('%s %s is nothing', (method, path) => {
  expect(contract.find(method, path)).toBeUndefined()
})

describe('requests', () => {
  test.each([
    ['GET', '/repos/o/r/pulls?per_page=2&state=all', undefined],
    ['POST', '/repos/o/r/issues/1/comments', { body: 'x' }],
    ['POST', '/repos/o/r/deployments', { ref: 'main', payload: { any: { thing: 1 } } }],
    ['POST', '/repos/o/r/check-runs', { name: 'x', head_sha: 'a', output: { title: 't', summary: 's' } }],
  ])('%s %s %j is fine', (method, path, body) => {
    expect(objections(method, path, body)).toEqual([])
  })

  test.each([
    ['GET', '/repos/o/r/pulls?per_page=two', undefined, ["For 'properties/per_page', must be integer."]],
    ['GET', '/repos/o/r?x=1', undefined, ['"x" is not a permitted key.']],
    ['POST', '/repos/o/r/issues/1/comments', undefined, ['Problems parsing JSON']],
    [
      'POST',
      '/repos/o/r/check-runs',
      { name: 'x', head_sha: 'a', output: { title: 't', summary: 's', extra: 1 } },
      ['"extra" is not a permitted key.'],
    ],
  ])('%s %s %j is not', (method, path, body, expected) => {
    expect(objections(method, path, body)).toEqual(expected)
  })
})

describe('answers', () => {
  const breaches = (status: number, body?: unknown) =>
    contract.find('GET', '/repos/o/r/issues/comments/7')?.breaches(status, body)

  test('a missing field, a status GitHub never gives', () => {
    expect(breaches(200, {})).toContain("issues/get-comment  must have required property 'id'")
    expect(breaches(201, {})).toEqual(['issues/get-comment never answers 201'])
    expect(breaches(404, { message: 'Not Found' })).toEqual([])
  })
})

describe('the slice', () => {
  const operations = Object.entries(slice.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { responses: object }>).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+_(id|number)\}/g, '7').replace(/\{\w+\}/g, 'x'),
      statuses: Object.keys(responses).map(Number),
    })),
  )

  test.each(operations)('$method $path holds every schema it needs', ({ method, path, statuses }) => {
    const operation = contract.find(method, path)
    expect(operation?.objections(new URLSearchParams({ no_such_key: '1' }), { no_such_key: 1 })).toContain(
      '"no_such_key" is not a permitted key.',
    )
    // A reference to a schema that was cut away throws here.
    for (const status of statuses) operation?.breaches(status, {})
  })

  test('holds no prose', () => {
    expect(JSON.stringify(slice.paths)).not.toMatch(/"(description|summary|examples)":"/)
  })
})
