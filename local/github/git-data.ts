import path from 'node:path/posix'
import { ApiError } from './api-error.ts'
import { SERVER_URL } from './basic-views.ts'
import type { Commit, Leaf } from './git-store.ts'
import { found, type Handlers, type Request } from './handler.ts'
import { fullName, resolveRef } from './state.ts'

export const gitData: Handlers = {
  'git/get-commit': {
    needs: ['contents:read'],
    run(request) {
      const sha = found(request.params.commit_sha)
      return { status: 200, body: commitView(request, sha, found(request.repository.git.commit(sha))) }
    },
  },
  'git/get-tree': {
    needs: ['contents:read'],
    run(request) {
      const { git, treeLimit } = request.repository
      const name = found(request.params.tree_sha)
      const sha = git.entries(name) ? name : treeOf(request, name)
      // Any value at all asks for it, `recursive=0` too.
      const all = git.list(sha).filter((leaf) => request.url.searchParams.has('recursive') || !leaf.path.includes('/'))
      const tree = all.slice(0, treeLimit).map((leaf) => ({ ...leaf, url: gitUrl(request, `${leaf.type}s`, leaf.sha) }))
      return { status: 200, body: { sha, url: gitUrl(request, 'trees', sha), tree, truncated: all.length > treeLimit } }
    },
  },
  'git/get-blob': {
    needs: ['contents:read'],
    run(request) {
      const sha = found(request.params.file_sha)
      const content = found(request.repository.git.blob(sha))
      if (wantsRaw(request)) return raw(content)
      const body = { sha, node_id: sha, size: content.length, url: gitUrl(request, 'blobs', sha), ...encoded(content) }
      return { status: 200, body }
    },
  },
  'repos/get-content': {
    needs: ['contents:read'],
    run(request) {
      const wanted = path.normalize(found(request.params.path)).replace(/^\/|\/$/g, '')
      const tree = treeOf(request, request.url.searchParams.get('ref') ?? request.repository.defaultBranch)
      const leaves = request.repository.git.list(tree)
      const leaf = found(followed(request, leaves, wanted))
      if (leaf.type === 'tree') {
        const inside = leaves.filter((other) => path.dirname(other.path) === leaf.path)
        return { status: 200, body: inside.map((other) => contentView(request, other)) }
      }
      const content = found(request.repository.git.blob(leaf.sha))
      if (wantsRaw(request)) return raw(content)
      return { status: 200, body: { ...contentView(request, { ...leaf, path: wanted }), ...encoded(content) } }
    },
  },
}

const wantsRaw = ({ accept }: Request) => /\braw\b/.test(accept)

const raw = (content: Buffer) => ({
  status: 200,
  headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' },
  body: content,
})

/** GitHub breaks its base64 into lines; a strict decoder trips over that. */
const encoded = (content: Buffer) => ({
  content: content.toString('base64').replace(/(.{60})/g, '$1\n'),
  encoding: 'base64',
})

const gitUrl = ({ apiUrl, repository }: Request, kind: string, sha: string) =>
  `${apiUrl}/repos/${fullName(repository)}/git/${kind}/${sha}`

const treeOf = ({ repository }: Request, ref: string) => {
  const commit = repository.git.commit(resolveRef(repository, ref) ?? '')
  if (!commit) throw new ApiError(404, `No commit found for the ref ${ref}`)
  return commit.tree
}

/** A symbolic link to a file of the repository answers as that file. */
const followed = ({ repository }: Request, leaves: Leaf[], wanted: string): Leaf | undefined => {
  const leaf = leaves.find((other) => other.path === wanted)
  if (leaf?.mode !== '120000') return leaf
  const target = path.join(path.dirname(wanted), String(repository.git.blob(leaf.sha)))
  return leaves.find((other) => other.path === target && other.type === 'blob')
}

const contentView = (request: Request, leaf: Leaf) => {
  const name = fullName(request.repository)
  const self = `${request.apiUrl}/repos/${name}/contents/${leaf.path}`
  const git = gitUrl(request, `${leaf.type}s`, leaf.sha)
  const html = `${SERVER_URL}/${name}/blob/${leaf.path}`
  return {
    type: leaf.type === 'tree' ? 'dir' : leaf.mode === '120000' ? 'symlink' : 'file',
    size: leaf.size ?? 0,
    name: path.basename(leaf.path),
    path: leaf.path,
    sha: leaf.sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: leaf.type === 'tree' ? null : `https://raw.githubusercontent.com/${name}/HEAD/${leaf.path}`,
    _links: { self, git, html },
  }
}

const commitView = (request: Request, sha: string, { tree, parents, message, author }: Commit) => {
  const htmlUrl = (commit: string) => `${SERVER_URL}/${fullName(request.repository)}/commit/${commit}`
  return {
    sha,
    node_id: sha,
    url: gitUrl(request, 'commits', sha),
    html_url: htmlUrl(sha),
    author,
    committer: author,
    tree: { sha: tree, url: gitUrl(request, 'trees', tree) },
    message,
    parents: parents.map((parent) => ({
      sha: parent,
      url: gitUrl(request, 'commits', parent),
      html_url: htmlUrl(parent),
    })),
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  }
}
