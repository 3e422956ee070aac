import { readFile } from 'node:fs/promises'
import { PreviewError } from './errors.ts'
import type { Event } from './event.ts'

/** What GitHub's runner tells a step through its environment. */
export type Context = {
  event: Event
  repository: { owner: string; name: string; id: number }
  run: { id: string; attempt: number; url: string; mergeCommit: string | undefined }
  /** `owner/name/.github/workflows/file.yml@ref`; not of every GitHub Enterprise Server. */
  workflow: string | undefined
  apiUrl: string
  workspace: string
  tempFolder: string
  /** Where to look for kustomize, and where to keep one that was not there. */
  searchPath: string
  toolCache: string
}

export const contextFrom = async (env: NodeJS.ProcessEnv): Promise<Context> => {
  const need = (name: string): string => {
    const value = env[name]
    if (value) return value
    throw new PreviewError('BadInput', `${name} is not set`, {
      hint: 'run this as a step of a GitHub Actions workflow',
    })
  }
  const repository = need('GITHUB_REPOSITORY')
  const [owner = '', name = ''] = repository.split('/')
  const id = need('GITHUB_RUN_ID')
  const eventName = need('GITHUB_EVENT_NAME')
  return {
    event: {
      name: eventName,
      payload: await payload(need('GITHUB_EVENT_PATH')),
      repository,
      ref: env.GITHUB_REF ?? '',
      actor: env.GITHUB_ACTOR ?? '',
      identity: { idToken: Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL), accessKey: Boolean(env.AWS_ACCESS_KEY_ID) },
    },
    repository: { owner, name, id: Number(need('GITHUB_REPOSITORY_ID')) },
    run: {
      id,
      attempt: Number(env.GITHUB_RUN_ATTEMPT ?? 1),
      url: `${env.GITHUB_SERVER_URL ?? 'https://github.com'}/${repository}/actions/runs/${id}`,
      mergeCommit: eventName === 'pull_request' ? env.GITHUB_SHA || undefined : undefined,
    },
    workflow: env.GITHUB_WORKFLOW_REF || undefined,
    apiUrl: env.GITHUB_API_URL ?? 'https://api.github.com',
    workspace: env.GITHUB_WORKSPACE ?? '',
    tempFolder: need('RUNNER_TEMP'),
    searchPath: env.PATH ?? '',
    toolCache: env.RUNNER_TOOL_CACHE || need('RUNNER_TEMP'),
  }
}

const payload = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new PreviewError('BadInput', 'the event file cannot be read', { object: path, cause })
  }
}
