import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { firstRecord, released, takenOver } from '../cluster/record-state.ts'
import { environmentOf } from '../names.ts'
import { renderComment } from './comment.ts'
import { standIn } from './stand-in.ts'

const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/login' }, true)
const now = new Date('2026-01-02T03:04:05Z')
const wish = (run: number, sha: string) => ({
  environment,
  sha,
  holder: { run: String(run), attempt: 1, url: `https://github.test/runs/${run}` },
})
const next = takenOver(firstRecord(wish(1, 'a'.repeat(40)), now), wish(2, 'b'.repeat(40)), now)
const life = { uid: 'u', generation: 2 }
const mine = { ...samples.updating, life: { uid: 'u', generation: 1 } }

test('the other run is still at work: it tells itself', () => {
  expect(standIn(mine, next, life)).toBeUndefined()
})

test('it has gone live: its link, its commit, its run', () => {
  const live = released(next, { phase: 'Live', urls: { web: 'https://web.preview.test' } }, now)
  const report = standIn(mine, live, life)
  expect(report).toMatchObject({ status: 'live', life, run: { url: 'https://github.test/runs/2' } })
  const comment = report ? renderComment(report, {}) : ''
  expect(comment).toContain('✅ **Preview is live** · bbbbbbb\n')
  expect(comment).toContain('[Open web](https://web.preview.test')
})

test('it has failed, or its smoke check has: its run says more', () => {
  const failed = released(next, { phase: 'Failed' }, now)
  const smoked = released(next, { phase: 'Live', smoke: { ok: false } }, now)
  for (const record of [failed, smoked])
    expect(standIn(mine, record, life)).toMatchObject({
      status: 'superseded',
      run: { url: 'https://github.test/runs/2' },
    })
})

test('it has removed the environment', () => {
  const report = standIn(mine, undefined, undefined)
  expect(report && renderComment(report, {})).toContain('🧹 **Removed, nothing was left**\n')
})
