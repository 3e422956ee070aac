import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { PreviewError } from '../errors.ts'
import { annotationsOf } from './annotations.ts'

test('each problem is shown at its line', () => {
  expect(annotationsOf(samples.badInput)).toEqual([
    {
      title: 'The configuration needs a change',
      message: 'apps.app1.port must be a number',
      file: '.github/preview.yaml',
      startLine: 3,
    },
    {
      title: 'The configuration needs a change',
      message: 'unknown key helath: did you mean health?',
      file: '.github/preview.yaml',
      startLine: 4,
    },
  ])
})

test('a problem without advice of its own carries the failure’s', () => {
  const failure = new PreviewError('BadInput', 'two are wrong', {
    hint: 'push again',
    problems: [{ message: 'a is missing' }, { message: 'b is unknown', hint: 'c is meant' }],
  })
  expect(annotationsOf({ ...samples.failed, failure }).map(({ message }) => message)).toEqual([
    'a is missing: push again',
    'b is unknown: c is meant',
  ])
})

test('a failure without a place says what to do next', () => {
  expect(annotationsOf(samples.failed)).toEqual([
    {
      title: 'The app did not become ready: Wait until ready',
      message: [
        'image not found (app1)',
        '  Failed to pull image "acme/app1:def5678": not found',
        '  What to do next: push acme/app1:def5678, or set images: app1=acme/app1:<an existing tag>; abc1234 exists',
      ].join('\n'),
    },
  ])
})

test('nothing to point at', () => {
  expect(annotationsOf(samples.live)).toEqual([])
  expect(annotationsOf(samples.superseded)).toEqual([])
})
