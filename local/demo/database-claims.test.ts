import { describe, expect, test } from 'vitest'
import type { Claim } from './claims.ts'
import { givenBackClaims, type Kept, keptClaim, type Leased, leasedClaims } from './database-claims.ts'

const untrue = (claims: Claim[]) => claims.flatMap(({ found }) => found ?? [])
const lease = { name: 'preview_01', secret: 'database.g1', url: 'mysql://u:p@h:3306/preview_01' }
const content = { tables: { files: [], items: ['{"id":1}'], jobs: [] } }

describe('a leased database', () => {
  const good: Leased = {
    lease,
    holder: 'feature/login',
    branch: 'feature/login',
    content,
    comment: 'Database `preview_01` · …',
    slack: 'Database: preview_01',
  }

  test('is what all say it is', () => {
    expect(untrue(leasedClaims(good))).toEqual([])
  })

  test.each<[string, Partial<Leased>, string]>([
    ['none', { lease: undefined, comment: '', slack: '' }, 'gives none'],
    ['somebody else’s', { holder: 'feature/cart' }, 'to feature/cart'],
    ['another one in the comment', { comment: 'Database `preview_02`' }, 'in the comment: false'],
    ['another one in Slack', { slack: 'Database: preview_02' }, 'in Slack: false'],
    ['closed', { content: { refused: 'Access denied' } }, 'Access denied'],
    ['not migrated', { content: { tables: {} } }, 'tables: '],
  ])('%s', (_, change, found) => {
    expect(untrue(leasedClaims({ ...good, ...change }))).toEqual([expect.stringContaining(found)])
  })
})

describe('the database of the same preview', () => {
  const before: Kept = { lease, content }

  test('may get more rows', () => {
    const more = { tables: { ...content.tables, items: ['{"id":1}', '{"id":2}'] } }
    expect(keptClaim(before, { lease, content: more })).not.toHaveProperty('found')
  })

  test.each<[string, Kept, string]>([
    [
      'another password',
      { lease: { ...lease, url: 'mysql://u:q@h', secret: 'database.g2' }, content },
      'became database.g2',
    ],
    ['emptied', { lease, content: { tables: { ...content.tables, items: [] } } }, 'lost: items {"id":1}'],
    ['closed', { lease, content: { refused: 'Access denied' } }, 'lost: items {"id":1}'],
  ])('%s', (_, after, found) => {
    expect(keptClaim(before, after).found).toContain(found)
  })

  test('nothing can be kept where nothing was', () => {
    const empty: Kept = { lease, content: { tables: {} } }
    expect(keptClaim(empty, empty).found).toBe('lost: there was none')
    expect(keptClaim({ lease: undefined, content }, before)).toHaveProperty('found')
  })
})

test('given back means free, and closed to whoever had it', () => {
  expect(untrue(givenBackClaims('free', { refused: 'Access denied' }))).toEqual([])
  expect(untrue(givenBackClaims('dirty', content))).toEqual(['dirty', 'it still lets it in'])
})
