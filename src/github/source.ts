import { mkdtemp, readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { PreviewError } from '../errors.ts'
import type { Log } from '../log.ts'
import { checkedOut } from './checkout.ts'
import type { Repository } from './github.ts'
import type { Source } from './pull-request.ts'
import { asking, isStatus } from './refusal.ts'
import { extract } from './tarball.ts'

/** Milliseconds for a whole tree to arrive. */
const DOWNLOAD = 120_000

export type SourceOptions = Repository & {
  /** The job's workspace; used when it is a checkout of the commit asked for. */
  workspace: string
  tempDir: string
  log: Log
}

/** ADAPTER: a commit's files, from the workspace when they are there, else from GitHub. */
export const headSource = (options: SourceOptions): Source => {
  const { workspace, log } = options
  const seen = new Map<string, Promise<boolean>>()

  const inWorkspace = async (sha: string): Promise<boolean> => {
    const found = await checkedOut(workspace, sha)
    if (found === 'merge')
      log.info(
        `the workspace is a merge commit of ${sha.slice(0, 7)}: the preview shows the branch merged into its base`,
      )
    return found !== undefined
  }
  const isHere = (sha: string): Promise<boolean> => {
    const answer = seen.get(sha) ?? inWorkspace(sha)
    seen.set(sha, answer)
    return answer
  }

  return {
    file: async (sha, file) =>
      (await isHere(sha)) ? fileIn(workspace, file) : asking(`read ${file}`, () => fetchFile(options, sha, file)),
    tree: async (sha) =>
      (await isHere(sha)) ? workspace : asking(`fetch the files of ${sha}`, () => fetchTree(options, sha)),
  }
}

const fileIn = async (root: string, file: string): Promise<string | undefined> => {
  try {
    const [base, target] = await Promise.all([realpath(root), realpath(path.join(root, file))])
    if (target.startsWith(base + path.sep)) return await readFile(target, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  throw new PreviewError('BadInput', `${file} leads out of the repository`, { object: file })
}

const fetchFile = async ({ octokit, owner, repo }: Repository, sha: string, file: string) => {
  try {
    const request = { owner, repo, path: file, ref: sha, mediaType: { format: 'raw' } }
    const { data } = await octokit.rest.repos.getContent(request)
    // A folder answers with its listing; what is not text has no charset and comes as bytes.
    if (data instanceof ArrayBuffer) return Buffer.from(data).toString('utf8')
    return typeof data === 'string' ? data : undefined
  } catch (error) {
    if (isStatus(error, 404) && !/No commit found/.test((error as Error).message)) return undefined
    throw error
  }
}

const fetchTree = async ({ octokit, owner, repo, tempDir }: SourceOptions, sha: string): Promise<string> => {
  const folder = await mkdtemp(path.join(tempDir, `tree-${sha.slice(0, 7)}-`))
  const request = { owner, repo, ref: sha, request: { parseSuccessResponseBody: false, timeout: DOWNLOAD } }
  const { data } = await octokit.rest.repos.downloadTarballArchive(request)
  await extract(data as ReadableStream<Uint8Array>, folder)
  return folder
}
