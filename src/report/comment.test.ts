import { describe, expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { PreviewError } from '../errors.ts'
import { renderComment } from './comment.ts'
import { parseMarker } from './marker.ts'
import type { Report } from './report.ts'

test.each(Object.entries(samples))('%s', (_, report: Report) => {
  expect(renderComment(report, {})).toMatchSnapshot()
})

describe('the marker', () => {
  test('says which life and generation wrote, and what was good', () => {
    expect(parseMarker(renderComment(samples.live, { slack: { channel: 'C1', ts: '1.2' } }))).toEqual({
      id: samples.live.environment.id,
      life: samples.live.life,
      slack: { channel: 'C1', ts: '1.2' },
      lastGood: samples.live.commit,
      history: [expect.objectContaining({ commit: samples.live.commit, icon: '✅' })],
      status: 'live',
    })
  })

  test('hands on the deployment until the preview is removed', () => {
    const deployment = { id: 7, commit: samples.live.commit, live: true }
    const shownAfter = (report: Report) => parseMarker(renderComment(report, { previous: { deployment } }))?.deployment
    expect(shownAfter(samples.superseded)).toEqual(deployment)
    expect(shownAfter(samples.removing)).toEqual(deployment)
    expect(shownAfter(samples.removed)).toBeUndefined()
  })

  test('keeps what the report does not know', () => {
    const previous = {
      id: 'e'.repeat(32),
      life: { uid: 'u', generation: 4 },
      slack: { channel: 'C', ts: '1' },
      lastGood: 'a',
    }
    const { environment, life, ...skipped } = samples.skipped
    expect(parseMarker(renderComment(skipped, { previous }))).toEqual({ ...previous, status: 'skipped' })
  })
})

describe('a report that is too long', () => {
  const many: Report = {
    ...samples.failed,
    diagnoses: [],
    changes: Array.from({ length: 60 }, (_, i) => ({
      subject: `ConfigMap/previews/${'x'.repeat(200)}-${i}`,
      action: 'created',
    })),
    failure: new PreviewError('BadInput', '@'.repeat(5_000), {
      problems: Array.from({ length: 200 }, () => ({ message: '|'.repeat(400), hint: '`'.repeat(400) })),
    }),
  }

  test('is cut to what GitHub takes, marker and verdict kept, no fold left open', () => {
    const body = renderComment(many, {})
    expect(body.length).toBeLessThanOrEqual(65_536)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(262_144)
    expect(body).toMatch(/^❌ \*\*Not deployed/)
    expect(body).toContain('Shortened')
    expect(parseMarker(body)?.life).toEqual(many.life)
    expect(body.match(/<details/g)?.length).toBe(body.match(/<\/details>/g)?.length)
  })
})

test('a report whose link works for a while says until when', () => {
  const { liveButSmokeFails } = samples
  const { smoke } = liveButSmokeFails
  const report = { bucket: 'reports', key: 'k', expires: '2026-11-27T15:41:00.000Z' }
  const result = { ...smoke.result, report } as NonNullable<typeof smoke.result>
  const shown = {
    ...liveButSmokeFails,
    smoke: { ...smoke, result, reportUrl: 'https://reports.example/k?X-Amz-Expires=1' },
  }
  expect(renderComment(shown, {})).toContain('X-Amz-Expires=1), until 2026-11-27 15:41 UTC)')
})
