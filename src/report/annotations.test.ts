import { describe, expect, test } from 'vitest'
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
  const cause = new Error('connect ECONNREFUSED')
  const failure = new PreviewError('Unavailable', 'no answer', { hint: 'run it again', cause })
  failure.step = 'Apply to EKS'
  expect(annotationsOf({ ...samples.live, failure })).toEqual([
    {
      title: 'A service did not answer: Apply to EKS',
      message: 'no answer\n  connect ECONNREFUSED\n  What to do next: run it again',
    },
  ])
})

describe('what does not become ready', () => {
  test('is one line: what kind of thing, which object, what is to blame, what to do next', () => {
    const [annotation, ...more] = annotationsOf(samples.failed)
    expect(more).toEqual([])
    expect(annotation?.title).toBe('Image not found (app1)')
    expect(annotation?.message).toMatch(
      /^Deployment\/previews\/app1-\w+: There is no image `\S+app1:def5678\w+`: image tag `def5678\w+` is not in repository `\S+app1`: did the build job push it\?.*$/,
    )
  })
  test('is a line for each root cause, at its manifest where that is known', () => {
    expect(annotationsOf(samples.failedByMany).map(({ title }) => title)).toEqual([
      'Image not found (app1)',
      'The app crashes (admin)',
      'The namespace is full (app1)',
      'Blocked by another Ingress (app1)',
    ])
    expect(annotationsOf(samples.failedLate)).toMatchObject([{ file: 'k8s/overlays/preview/deployment.yaml' }])
  })
})

test('nothing to point at', () => {
  expect(annotationsOf(samples.live)).toEqual([])
  expect(annotationsOf(samples.superseded)).toEqual([])
})
