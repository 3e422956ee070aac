import { type BasicViews, nodeId, type View } from './basic-views.ts'
import { type Deployment, type DeploymentStatus, fullName, type Repository } from './state.ts'

export const createDeploymentViews = ({ user, apiUrl }: BasicViews) => ({
  deployment: (repo: Repository, it: Deployment): View => ({
    ...it.body,
    url: `${apiUrl}/repos/${fullName(repo)}/deployments/${it.id}`,
    id: it.id,
    node_id: nodeId('Deployment', it.id),
    sha: it.sha,
    original_environment: it.body.environment,
    creator: user(it.login),
    created_at: it.createdAt,
    updated_at: it.statuses.at(-1)?.createdAt ?? it.createdAt,
    statuses_url: `${apiUrl}/repos/${fullName(repo)}/deployments/${it.id}/statuses`,
    repository_url: `${apiUrl}/repos/${fullName(repo)}`,
  }),

  deploymentStatus: (repo: Repository, of: Deployment, it: DeploymentStatus): View => ({
    ...it.body,
    url: `${apiUrl}/repos/${fullName(repo)}/deployments/${of.id}/statuses/${it.id}`,
    id: it.id,
    node_id: nodeId('DeploymentStatus', it.id),
    creator: user(it.login),
    created_at: it.createdAt,
    updated_at: it.createdAt,
    deployment_url: `${apiUrl}/repos/${fullName(repo)}/deployments/${of.id}`,
    repository_url: `${apiUrl}/repos/${fullName(repo)}`,
  }),
})
