import type { Contract } from './contract.ts'
import { fullName, type Repository, type State } from './state.ts'

export type View = Record<string, unknown>
export type BasicViews = ReturnType<typeof createBasicViews>

/** Where people's links point. The local GitHub has no pages of its own. */
export const SERVER_URL = 'https://github.com'

export const nodeId = (kind: string, id: number) => Buffer.from(`${kind}:${id}`).toString('base64url')

const rewritten = (value: unknown, replace: (text: string) => string): unknown => {
  if (typeof value === 'string') return replace(value)
  if (Array.isArray(value)) return value.map((item) => rewritten(item, replace))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewritten(item, replace)]))
}

/** What stands inside most answers. Big objects start from GitHub's own example, so that they carry every field the real ones carry. */
export const createBasicViews = (contract: Contract, state: State, apiUrl: string) => {
  const example = (name: string, replacements: Record<string, string>): View => {
    const all = { ...replacements, 'https://api.github.com': apiUrl }
    const replace = (text: string) => Object.entries(all).reduce((done, [from, to]) => done.replaceAll(from, to), text)
    return rewritten(contract.example(name), replace) as View
  }

  const user = (login: string): View => {
    const id = state.idOf(`user ${login}`)
    const template = example('issue-comment', { octocat: encodeURIComponent(login) }).user as View
    return { ...template, login, id, node_id: nodeId('User', id), type: login.endsWith('[bot]') ? 'Bot' : 'User' }
  }

  const repository = (repo: Repository): View => {
    const view = example('full-repository-default-response', { 'octocat/Hello-World': fullName(repo) })
    const { organization: _, parent: __, source: ___, template_repository: ____, ...rest } = view
    return {
      ...rest,
      id: repo.id,
      node_id: nodeId('Repository', repo.id),
      name: repo.name,
      full_name: fullName(repo),
      owner: user(repo.owner),
      private: repo.isPrivate,
      visibility: repo.isPrivate ? 'private' : 'public',
      default_branch: repo.defaultBranch,
      fork: repo.parent !== undefined,
      language: null,
    }
  }

  const label = (repo: Repository, name: string): View => {
    const url = `${apiUrl}/repos/${fullName(repo)}/labels/${encodeURIComponent(name)}`
    const id = state.idOf(url)
    return { id, node_id: nodeId('Label', id), url, name, description: '', color: 'ededed', default: false }
  }

  return {
    apiUrl,
    example,
    user,
    /** A user as `GET /user` has it. */
    account: (login: string): View => ({
      ...user(login),
      ...{ name: login, company: null, blog: '', location: null, email: null, hireable: null, bio: null },
      ...{ public_repos: 0, public_gists: 0, followers: 0, following: 0 },
      ...{ created_at: '2020-01-01T00:00:00Z', updated_at: '2020-01-01T00:00:00Z' },
    }),
    repository,
    label,
  }
}
