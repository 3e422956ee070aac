import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { outputsOf } from './outputs.ts'

test('a live preview', () => {
  const { result, ...outputs } = outputsOf(samples.live)
  const url = `https://${samples.live.environment.id}-app1.preview.example.com`
  expect(outputs).toEqual({
    'environment-id': samples.live.environment.id,
    url,
    urls: JSON.stringify({ app1: url, admin: url.replace('app1', 'admin') }),
    database: 'preview_07',
    'report-url': samples.live.smoke.reportUrl,
    status: 'live',
  })
  expect(JSON.parse(result)).toMatchObject({ status: 'live', life: samples.live.life, ms: 108_000 })
})

test('a failure keeps its message and its causes', () => {
  expect(JSON.parse(outputsOf(samples.failed).result).failure).toMatchObject({
    code: 'RolloutFailed',
    message: 'image not found (app1)',
    step: 'Wait until ready',
    object: `Deployment/previews/app1-${samples.failed.environment.short}`,
    causes: ['Failed to pull image "acme/app1:def5678": not found'],
  })
})

test('no URL is given out that has not answered', () => {
  expect(outputsOf(samples.firstDeploy)).toMatchObject({ url: '', urls: '{}', database: '', 'report-url': '' })
})
