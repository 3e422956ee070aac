import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { PreviewError } from '../errors.ts'
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
  const cause = new Error('connect ECONNREFUSED')
  const failure = new PreviewError('Unavailable', 'the API server does not answer', { object: 'Service/a/b', cause })
  failure.step = 'Apply to EKS'
  expect(JSON.parse(outputsOf({ ...samples.live, failure }).result).failure).toMatchObject({
    code: 'Unavailable',
    message: 'the API server does not answer',
    step: 'Apply to EKS',
    object: 'Service/a/b',
    causes: ['connect ECONNREFUSED'],
  })
})

test('what was found about a failure is there for whoever reads the result', () => {
  const { failure, diagnoses } = JSON.parse(outputsOf(samples.failed).result)
  expect(failure).toMatchObject({ code: 'RolloutFailed', object: diagnoses[0].subject })
  expect(diagnoses).toMatchObject([{ cause: 'ImageNotFound', culprit: expect.stringMatching(/:def5678/) }])
})

test('no URL is given out that has not answered', () => {
  expect(outputsOf(samples.firstDeploy)).toMatchObject({ url: '', urls: '{}', database: '', 'report-url': '' })
})

test('an app that nothing leads to has no URL to give out', () => {
  const url = `https://${samples.live.environment.id}-app1.preview.example.com`
  expect(outputsOf(samples.liveAroundARedis)).toMatchObject({ url, urls: JSON.stringify({ app1: url }) })
})
