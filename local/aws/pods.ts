import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateOpenIDConnectProviderCommand, IAMClient } from '@aws-sdk/client-iam'
import { serviceAccountIssuer } from '../cluster/addresses.ts'
import type { RootCredentials } from './ministack.ts'

/** What all previews' pods share in AWS. */
export type PodsFacts = {
  /** As policies name the cluster's own identity provider. */
  oidcProvider: string
  logGroup: string
  logGroupArn: string
}

const LOG_GROUP = '/eks-preview/previews'

type Clients = { endpoint: string; region: string; credentials: RootCredentials }

export const setUpPods = async (clients: Clients, account: string): Promise<PodsFacts> => {
  const provider = { Url: `https://${serviceAccountIssuer}`, ClientIDList: ['sts.amazonaws.com'] }
  await new IAMClient(clients).send(new CreateOpenIDConnectProviderCommand(provider))
  await new CloudWatchLogsClient(clients).send(new CreateLogGroupCommand({ logGroupName: LOG_GROUP }))
  return {
    oidcProvider: serviceAccountIssuer,
    logGroup: LOG_GROUP,
    logGroupArn: `arn:aws:logs:${clients.region}:${account}:log-group:${LOG_GROUP}`,
  }
}
