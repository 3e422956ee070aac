import { getOctokit } from '@actions/github'
import { afterEach, beforeEach } from 'vitest'
import type { Permissions } from '../local/github/access.ts'
import { type GitHub, startGitHub } from '../local/github/server.ts'

export const REPO = 'acme/shop'
export const at = { owner: 'acme', repo: 'shop' }
export const ALL: Permissions = {
  actions: 'read',
  checks: 'write',
  contents: 'read',
  deployments: 'write',
  issues: 'write',
  'pull-requests': 'write',
  statuses: 'write',
}

/** Before each test a GitHub of its own, with one pull request open from `branch`. */
export const withPullRequest = (branch: string) => {
  const now = {} as { github: GitHub; number: number }
  beforeEach(async () => {
    const github = await startGitHub({ port: 0 })
    github.addRepository({ fullName: REPO, files: { 'README.md': '# shop\n' } })
    github.push(REPO, branch, { 'README.md': '# shop\n', 'app.txt': 'one' })
    Object.assign(now, { github, number: github.openPullRequest(REPO, { head: branch, title: 'Log in' }) })
  })
  afterEach(() => now.github.close())
  return {
    now,
    octokit: (permissions = ALL, login?: string) =>
      getOctokit(now.github.installationToken(REPO, permissions, login), { baseUrl: now.github.apiUrl }),
  }
}

export const status = (promise: Promise<unknown>) =>
  promise.then(
    () => 'fulfilled',
    (error: { status: number; message: string }) => ({ status: error.status, message: error.message }),
  )
