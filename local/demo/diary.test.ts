import { expect, test } from 'vitest'
import { commentStates } from './diary.ts'

const sent = (method: string, path: string, body: unknown, status = 200) => ({ method, path, body, status })

test('what the comment was made to say, each once, in order', () => {
  const comment = '/repos/acme/shop/issues/comments/3'
  expect(
    commentStates([
      sent('GET', '/repos/acme/shop/issues/1/comments?page=1', ''),
      sent('POST', '/repos/acme/shop/issues/1/comments', { body: 'one' }, 201),
      sent('PATCH', comment, { body: 'refused' }, 502),
      { method: 'PATCH', path: comment, body: { body: 'never answered' } },
      sent('PATCH', comment, { body: 'two' }),
      sent('PATCH', comment, { body: 'two' }),
      sent('POST', '/repos/acme/shop/check-runs', { body: 'other' }, 201),
      sent('PATCH', comment, { body: 'one' }),
    ]),
  ).toEqual(['one', 'two', 'one'])
})
