import { expect, test } from 'vitest'
import { QUESTIONS } from './row-question.ts'

const where = [
  ['name', "x'; DROP TABLE items; --"],
  ['done', false],
  ['gone', null],
  ['count', 3],
] as const

test('names are quoted one by one, values travel apart', () => {
  expect(QUESTIONS.mysql.question('shop.items', where)).toEqual({
    sql: 'SELECT 1 FROM `shop`.`items` WHERE `name` = ? AND `done` = ? AND `gone` IS NULL AND `count` = ? LIMIT 1',
    values: ["x'; DROP TABLE items; --", 0, 3],
  })
  expect(QUESTIONS.postgres.question('items', where)).toEqual({
    sql: 'SELECT 1 FROM "items" WHERE "name" = $1 AND "done" = $2 AND "gone" IS NULL AND "count" = $3 LIMIT 1',
    values: ["x'; DROP TABLE items; --", 'false', 3],
  })
})

test('a quote in a name ends no name', () => {
  expect(QUESTIONS.mysql.question('a`b', where).sql).toContain('FROM `a``b` WHERE')
  expect(QUESTIONS.postgres.question('a"b', where).sql).toContain('FROM "a""b" WHERE')
})

test('nothing can be changed', () => {
  expect(QUESTIONS.mysql.begin[0]).toBe('START TRANSACTION READ ONLY')
  expect(QUESTIONS.postgres.begin[0]).toBe('BEGIN READ ONLY')
})
