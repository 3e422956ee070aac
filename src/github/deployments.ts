import { PreviewError } from '../errors.ts'
import type { Repository } from './github.ts'
import type { Deployments } from './pull-request.ts'
import { asking, isUnanswered } from './refusal.ts'

const CREATE_TRIES = 3
/** Of GraphQL's states those in which nothing is shown as being there. */
const INACTIVE = ['INACTIVE', 'DESTROYED', 'ABANDONED']
/** The list has no states, and a question for each would be one request each. */
const STATES = 'query($ids: [ID!]!) { nodes(ids: $ids) { ... on Deployment { id state } } }'
type States = { nodes: ({ id: string; state: string } | null)[] }

/** ADAPTER: a repository's deployments, which a pull request's page shows. */
export const deployments = ({ octokit, owner, repo }: Repository): Deployments => {
  const madeFor = async (task: string, sha: string): Promise<number | undefined> =>
    (await octokit.rest.repos.listDeployments({ owner, repo, task, sha, per_page: 1 })).data[0]?.id

  /** GitHub knows no idempotency key: after a lost answer, look before making another. */
  const create: Deployments['create'] = async ({ commit, task, environment, description }) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const { data } = await octokit.rest.repos.createDeployment({
          owner,
          repo,
          ref: commit,
          task,
          environment,
          description,
          // By default GitHub merges the default branch into the ref, and waits for every check, of which this job is one.
          auto_merge: false,
          required_contexts: [],
          transient_environment: true,
          production_environment: false,
          request: { retries: 0 },
        })
        if ('id' in data) return data.id
        throw new PreviewError('Rejected', `GitHub made no deployment: ${data.message ?? 'without a reason'}`)
      } catch (error) {
        if (!isUnanswered(error)) throw error
        const made = await madeFor(task, commit)
        if (made !== undefined) return made
        if (attempt === CREATE_TRIES) throw error
      }
    }
  }

  return {
    create: (wish) => asking(`make a deployment of ${wish.commit.slice(0, 7)}`, () => create(wish)),
    find: (task, commit) => asking(`look for the deployment of ${commit.slice(0, 7)}`, () => madeFor(task, commit)),
    active: (task) =>
      asking(`list the deployments of ${task}`, async () => {
        const active: number[] = []
        const query = { owner, repo, task, per_page: 100 }
        for await (const { data } of octokit.paginate.iterator(octokit.rest.repos.listDeployments, query)) {
          if (data.length === 0) continue
          const { nodes } = await octokit.graphql<States>(STATES, { ids: data.map(({ node_id }) => node_id) })
          const gone = new Set(nodes.map((node) => (node && INACTIVE.includes(node.state) ? node.id : undefined)))
          active.push(...data.flatMap(({ id, node_id }) => (gone.has(node_id) ? [] : [id])))
        }
        return active
      }),
    mark: (id, { state, description, logUrl, url }) =>
      asking(`set deployment ${id} to ${state}`, async () => {
        await octokit.rest.repos.createDeploymentStatus({
          owner,
          repo,
          deployment_id: id,
          state,
          description,
          ...(logUrl === undefined ? {} : { log_url: logUrl }),
          ...(url === undefined ? {} : { environment_url: url }),
          // What is transient GitHub leaves active anyway; others of this environment are other pull requests'.
          auto_inactive: false,
        })
      }),
  }
}
