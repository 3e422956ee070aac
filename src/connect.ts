import { EKSClient } from '@aws-sdk/client-eks'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { Route53Client } from '@aws-sdk/client-route-53'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SFNClient } from '@aws-sdk/client-sfn'
import { awsDefaults } from './aws/client.ts'
import { awsCredentials } from './aws/credentials.ts'
import { kubernetes } from './cluster/api.ts'
import type { Cluster } from './cluster/cluster.ts'
import { connectionToEks } from './cluster/eks.ts'
import type { Context } from './context.ts'
import { secretsManager } from './database/secrets-manager.ts'
import { findZone } from './dns/hosted-zone.ts'
import { loadBalancers } from './dns/load-balancer.ts'
import { zone } from './dns/route53.ts'
import { deployments } from './github/deployments.ts'
import { comments, pullRequests } from './github/github.ts'
import { octokit as connectGitHub } from './github/octokit.ts'
import { headSource } from './github/source.ts'
import { ecr } from './images/ecr.ts'
import type { Inputs } from './inputs.ts'
import { findKustomize } from './kustomize/binary.ts'
import { downloadKustomize } from './kustomize/download.ts'
import type { Log } from './log.ts'
import type { Ports, Run } from './ports.ts'
import { slackWebApi } from './slack/web-api.ts'
import { slackWebhook } from './slack/webhook.ts'
import { stepFunctions } from './step-functions/step-functions.ts'
import type { Channels } from './tell.ts'
import { web } from './web/fetch.ts'

type Outside = {
  context: Context
  inputs: Inputs
  log: Log
  signal: AbortSignal
  /** Registers a secret with the runner before it can reach any sink. */
  mask: (secret: string) => void
  /** GitHub's OIDC token for AWS. */
  idToken: () => Promise<string>
}

/** Joins the ports to the outside world. Nothing is asked of it before it is needed. */
export const connect = ({ context, inputs, log, signal, mask, idToken }: Outside) => {
  const { owner, name: repo } = context.repository
  const { region } = inputs
  const octokit = connectGitHub({ token: inputs.githubToken, apiUrl: context.apiUrl, log, signal })
  const credentials = awsCredentials({ roleToAssume: inputs.roleToAssume, region, idToken, mask })
  const aws = { ...awsDefaults, region, credentials }

  const cluster = async (): Promise<Cluster> => {
    if (inputs.cluster.kind === 'eks') {
      const client = new EKSClient(aws)
      return kubernetes(
        await connectionToEks({ client, cluster: inputs.cluster.name, region, credentials, mask, signal }),
        {
          log,
          signal,
        },
      )
    }
    // client-node is most of the bundle, and only a kubeconfig needs it.
    const { connectionFromKubeconfig } = await import('./cluster/kubeconfig.ts')
    return kubernetes(await connectionFromKubeconfig({ file: inputs.cluster.path }), { log, signal })
  }

  const ports: Omit<Ports, 'cluster' | 'announce' | 'tellOf'> = {
    pullRequests: pullRequests({ octokit, owner, repo }),
    source: headSource({ workspace: context.workspace, octokit, owner, repo, tempDir: context.tempFolder, log }),
    kustomize: () =>
      findKustomize(context.searchPath, () => downloadKustomize({ cacheFolder: context.toolCache, signal })),
    dns: async (settings) => {
      if (settings.dns === 'none') return undefined
      const client = new Route53Client(aws)
      const found = await findZone(client, { domain: settings.domain, zoneId: settings.hostedZoneId }, signal)
      return {
        zone: zone(client, found.id, signal),
        apex: found.name,
        loadBalancers: loadBalancers(new ElasticLoadBalancingV2Client(aws), signal, log),
      }
    },
    stateMachine: ({ smoke }) => smoke && stepFunctions(new SFNClient(aws), smoke.stateMachineArn, signal),
    preparation: (stateMachineArn) => ({
      stateMachine: stepFunctions(new SFNClient(aws), stateMachineArn, signal),
      secrets: secretsManager(new SecretsManagerClient(aws), signal),
    }),
    registry: ecr({ aws: { ...awsDefaults, credentials }, region, signal }),
    web,
    mask,
  }
  const channels: Channels = {
    comments: comments({ octokit, owner, repo }),
    deployments: deployments({ octokit, owner, repo }),
    slack: slackOf(inputs.slack, signal),
    log,
  }
  const run: Run = {
    ...context.run,
    repository: context.event.repository,
    repositoryId: context.repository.id,
    namespace: inputs.namespace,
    settings: inputs.settings,
    images: inputs.images,
    secrets: inputs.secrets,
    resetDatabase: inputs.resetDatabase,
    tempFolder: context.tempFolder,
    signal,
  }
  return { cluster, ports, channels, run }
}

const slackOf = (slack: Inputs['slack'], signal: AbortSignal): Channels['slack'] => {
  if (slack === undefined) return undefined
  return 'webhookUrl' in slack
    ? slackWebhook({ url: slack.webhookUrl, apiUrl: slack.apiUrl, signal })
    : slackWebApi({ ...slack, signal })
}
