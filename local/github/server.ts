import { createAccess, type Permissions } from './access.ts'
import { type Api, answerApi, guarded } from './api.ts'
import { codeload } from './archive.ts'
import { SERVER_URL } from './basic-views.ts'
import { createContract } from './contract.ts'
import { dispatchEvent, type EventExtras, pullRequestEvent } from './events.ts'
import { type JobOptions, jobClaims } from './job.ts'
import { createOidc } from './oidc.ts'
import { createSeed } from './seed.ts'
import { createState, pullRequestNumbered, repositoryNamed, type State } from './state.ts'
import { createViews, type Views } from './views.ts'
import { startWire } from './wire.ts'

export type GitHub = Awaited<ReturnType<typeof startGitHub>>
export type GitHubOptions = {
  /** 0 takes a free one. */
  port: number
  host?: string
  now?: () => Date
  /** Requests an hour and token; a job's token has 1,000. */
  rateLimit?: number
}

/** A GitHub for one machine: state in memory, every request and every answer judged by GitHub's own description of its API. */
export const startGitHub = async ({ port, host, now = () => new Date(), rateLimit = 1_000 }: GitHubOptions) => {
  const contract = createContract()
  const state = createState(now)
  const access = createAccess(now, rateLimit)
  const wire = await startWire({ port, host })
  const apiUrl = wire.url
  const views = createViews(contract, state, apiUrl)
  const oidc = createOidc(now, apiUrl)
  const api: Api = { contract, state, access, views, apiUrl, breaches: [] }
  wire.answerWith(
    async (call) =>
      (await guarded(() => oidc.answer(call))) ?? (await codeload(call.url, state.repository)) ?? answerApi(api, call),
  )
  return {
    ...createSeed(state),
    ...eventsOf(state, views),
    url: wire.url,
    apiUrl,
    graphqlUrl: `${apiUrl}/graphql`,
    oidcUrl: apiUrl,
    requests: wire.requests,
    faults: wire.faults,

    /** A job's GITHUB_TOKEN: one repository, the permissions given; `login` makes it another app's. */
    installationToken: (repository: string, permissions: Permissions, login = 'github-actions[bot]') =>
      access.installationToken(repository, permissions, login),
    /** A personal token, which may do everything. */
    userToken: access.userToken,
    /** The variables that make a job talk to this GitHub, its ID tokens included. */
    jobVariables: (options: JobOptions) => ({
      GITHUB_API_URL: apiUrl,
      GITHUB_GRAPHQL_URL: `${apiUrl}/graphql`,
      GITHUB_SERVER_URL: SERVER_URL,
      ...oidc.job(jobClaims(state, repositoryNamed(state, options.repository), options)),
    }),

    /** Rejects when an answer of this server was not one GitHub gives: then what it proved is worth nothing. */
    async close() {
      await wire.close()
      if (api.breaches.length > 0)
        throw new Error(`the local GitHub broke GitHub's contract: ${api.breaches.join('; ')}`)
    },
  }
}

const eventsOf = (state: State, views: Views) => ({
  pullRequestEvent: (name: string, number: number, action: string, extras?: EventExtras) =>
    pullRequestEvent(views, repositoryNamed(state, name), pullRequestNumbered(state, name, number), action, extras),
  dispatchEvent: (name: string, inputs: Record<string, string>, sender = 'ada') =>
    dispatchEvent(views, repositoryNamed(state, name), inputs, sender),
})
