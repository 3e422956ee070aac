import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a folder is the root of a checkout of `sha`, or of the merge commit GitHub makes of it for `pull_request`. */
export const checkedOut = async (folder: string, sha: string): Promise<'head' | 'merge' | undefined> => {
  const commit = await headCommit(folder)
  if (commit === undefined) return undefined
  if (commit.sha === sha) return 'head'
  return commit.parents.length > 1 && commit.parents.includes(sha) ? 'merge' : undefined
}

const headCommit = async (folder: string): Promise<{ sha: string; parents: string[] } | undefined> => {
  try {
    const sha = (await git(folder, 'rev-parse', '--verify', 'HEAD')).trim()
    // The object itself: in a shallow clone the log has no parents.
    const [header = ''] = (await git(folder, 'cat-file', 'commit', sha)).split('\n\n', 1)
    return { sha, parents: [...header.matchAll(/(?<=^parent )[0-9a-f]+$/gm)].map(String) }
  } catch {
    // No git, no repository, no commit: then the files come from GitHub.
    return undefined
  }
}

const git = async (folder: string, ...args: string[]): Promise<string> => {
  // In a container job the checkout belongs to another user, which git takes for an attack.
  const all = ['-c', 'safe.directory=*', '-C', folder, ...args]
  // Only the folder itself: a repository further up is not the one we were asked about.
  const env = {
    PATH: process.env.PATH,
    GIT_CEILING_DIRECTORIES: path.dirname(path.resolve(folder)),
    GIT_OPTIONAL_LOCKS: '0',
  }
  return (await run('git', all, { env, timeout: 10_000, maxBuffer: 4 * 1024 * 1024 })).stdout
}
