import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { found, type Handlers } from './handler.ts'
import { fullName, type Repository, resolveRef } from './state.ts'
import type { Answer } from './wire.ts'

const CODELOAD = /^\/codeload\/([^/]+\/[^/]+)\/legacy\.tar\.gz\/([0-9a-f]{40})$/

export const archive: Handlers = {
  'repos/download-tarball-archive': {
    needs: ['contents:read'],
    run({ repository, params, apiUrl }) {
      const sha = found(resolveRef(repository, params.ref ?? repository.defaultBranch))
      // The real one redirects to another host with a token in the query, and takes no Authorization there.
      const location = `${apiUrl}/codeload/${fullName(repository)}/legacy.tar.gz/${sha}?token=LOCAL`
      return { status: 302, headers: { location } }
    },
  },
}

/** What the redirect of a tarball leads to; undefined when the URL is something else. */
export const codeload = async (
  url: URL,
  repositoryNamed: (name: string) => Repository | undefined,
): Promise<Answer | undefined> => {
  const [, name = '', sha = ''] = CODELOAD.exec(url.pathname) ?? []
  const repository = repositoryNamed(name)
  if (!repository || url.searchParams.get('token') !== 'LOCAL') return undefined
  const body = await promisify(gzip)(await tarOf(repository, sha))
  return { status: 200, headers: { 'content-type': 'application/x-gzip' }, body }
}

const tarOf = async (repository: Repository, sha: string): Promise<Buffer> => {
  const { git, owner, name } = repository
  const top = `${owner}-${name}-${sha.slice(0, 7)}`
  const tar = pack()
  tar.entry({ name: `${top}/`, type: 'directory', mode: 0o775 })
  for (const leaf of git.list(git.commit(sha)?.tree ?? '')) {
    const content = git.blob(leaf.sha) ?? Buffer.alloc(0)
    const at = `${top}/${leaf.path}`
    if (leaf.type === 'tree') tar.entry({ name: `${at}/`, type: 'directory', mode: 0o775 })
    else if (leaf.mode === '120000') tar.entry({ name: at, type: 'symlink', linkname: String(content) })
    else tar.entry({ name: at, mode: leaf.mode === '100755' ? 0o775 : 0o664 }, content)
  }
  tar.finalize()
  return buffer(tar)
}
