import { expect, test } from 'vitest'
import { jobVariables } from './job-variables.ts'

const pull = (merged: boolean) => ({
  pull_request: {
    number: 7,
    merged,
    merge_commit_sha: 'c'.repeat(40),
    head: { ref: 'feature/🍣', sha: 'a'.repeat(40) },
    base: { ref: 'main', sha: 'b'.repeat(40) },
  },
  repository: { id: 5, full_name: 'acme/shop', default_branch: 'trunk', owner: { login: 'acme', id: 9 } },
  sender: { login: 'ada', id: 3 },
})

test('a pull request runs on its merge ref and merge commit', () => {
  expect(jobVariables('pull_request', pull(false))).toMatchObject({
    GITHUB_REF: 'refs/pull/7/merge',
    GITHUB_REF_NAME: '7/merge',
    GITHUB_SHA: 'c'.repeat(40),
    GITHUB_HEAD_REF: 'feature/🍣',
    GITHUB_BASE_REF: 'main',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_REPOSITORY_ID: '5',
    GITHUB_ACTOR: 'ada',
    GITHUB_EVENT_NAME: 'pull_request',
  })
})

test('closed by a merge, it runs on the base branch', () => {
  expect(jobVariables('pull_request', pull(true))).toMatchObject({
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
  })
})

test('every other event runs on the default branch', () => {
  const { repository } = pull(false)
  expect(jobVariables('schedule', { repository })).toMatchObject({
    GITHUB_REF: 'refs/heads/trunk',
    GITHUB_HEAD_REF: '',
  })
})
