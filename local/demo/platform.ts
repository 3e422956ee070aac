import type { AwsFacts } from '../aws/parts.ts'
import { kubectl } from '../cluster/kubectl.ts'

export type Platform = Awaited<ReturnType<typeof openPlatform>>

/** What a platform team says once: which databases there are, and what the example's apps may use. Their service account the stack has. */
export const openPlatform = async (namespace: string, { databases, pods, twoApps }: AwsFacts) => {
  const { host, port, names, prepareArn } = databases.mysql
  const settings = {
    'database-engine': 'mysql',
    'database-host': host,
    'database-port': String(port),
    'database-names': names.slice(0, 3).join(','),
    'database-prepare-arn': prepareArn,
    'shared-objects': `ServiceAccount/${twoApps.serviceAccount}`,
    'log-group-arn': pods.logGroupArn,
  }
  const install = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'eks-preview.install', namespace },
    data: settings,
  })
  // Not `apply`: settings that somebody keeps there for a stack of their own are not ours to change.
  await kubectl(['create', '--filename=-'], install)
  return {
    settings,
    close: async (): Promise<void> => void (await kubectl(['delete', '--ignore-not-found', '--filename=-'], install)),
  }
}
