import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitHub, startGitHub } from '../github/server.ts'
import { runAction } from './run-action.ts'

const REPO = 'acme/shop'

// What every JavaScript action does, done with GitHub's own toolkit.
const MAIN = `
  import * as core from '${import.meta.resolve('@actions/core')}'
  import { context, getOctokit } from '${import.meta.resolve('@actions/github')}'
  const token = core.getInput('github-token', { required: true })
  const { number } = context.payload.pull_request
  const octokit = getOctokit(token)
  await core.group('Comment', async () => {
    const { data } = await octokit.rest.issues.createComment({ ...context.repo, issue_number: number, body: core.getInput('body') })
    core.setOutput('comment', data.id)
    core.saveState('comment', data.id)
  })
  const idToken = await core.getIDToken('sts.amazonaws.com')
  core.setOutput('claims', Buffer.from(idToken.split('.')[1], 'base64url').toString())
  core.info('holding ' + idToken)
  await core.summary.addHeading('Done').write()
  core.warning('100% of a:b,c', { title: 'a,b:c', file: 'k8s/a.yaml', startLine: 3 })
  core.setFailed('no\\nluck')
`
const POST = `
  import * as core from '${import.meta.resolve('@actions/core')}'
  core.info('comment was ' + core.getState('comment'))
`
const ACTION = `
name: fixture
inputs: { github-token: { default: "\${{ github.token }}" }, body: { required: true } }
runs: { using: node24, main: main.mjs, post: post.mjs }
`

let github: GitHub
let actionDir: string
beforeEach(async () => {
  github = await startGitHub({ port: 0 })
  github.addRepository({ fullName: REPO })
  github.push(REPO, 'topic', { a: '1' })
  github.openPullRequest(REPO, { head: 'topic' })
  actionDir = await mkdtemp(path.join(os.tmpdir(), 'fixture-action-'))
  const files = { 'action.yml': ACTION, 'main.mjs': MAIN, 'post.mjs': POST }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(actionDir, name), text)))
})
afterEach(async () => {
  await rm(actionDir, { recursive: true })
  await github.close()
})

test('an action written with the toolkit, on a pull request of the local GitHub', async () => {
  const result = await runAction({
    actionDir,
    eventName: 'pull_request',
    event: github.pullRequestEvent(REPO, 1, 'opened'),
    env: github.jobVariables({ repository: REPO, eventName: 'pull_request', pullRequest: 1 }),
    token: github.installationToken(REPO, { 'pull-requests': 'write' }),
    inputs: { body: 'hello' },
  })
  const [comment] = github.comments(REPO, 1)
  expect(comment).toMatchObject({ login: 'github-actions[bot]', body: 'hello' })
  expect(result).toMatchObject({
    exit: 1,
    outputs: { comment: String(comment?.id) },
    post: { log: `comment was ${comment?.id}` },
  })
  expect(JSON.parse(result.outputs.claims ?? '')).toMatchObject({
    sub: 'repo:acme/shop:pull_request',
    aud: 'sts.amazonaws.com',
  })
  expect(result.summary).toContain('Done')
  expect(result.groups).toMatchObject([{ title: 'Comment' }])
  expect(result.annotations).toEqual([
    { level: 'warning', message: '100% of a:b,c', title: 'a,b:c', file: 'k8s/a.yaml', line: 3 },
    { level: 'error', message: 'no\nluck' },
  ])
  expect(result.log).toContain('holding ***')
})
