import type { AwsFacts } from '../aws/parts.ts'
import { kubectl } from './kubectl.ts'

export type Platform = Awaited<ReturnType<typeof openPlatform>>

/** What a platform team does once: says which databases there are, and lets the example's apps into AWS. */
export const openPlatform = async (namespace: string, { databases, twoApps }: AwsFacts) => {
  const { host, port, names, prepareArn } = databases.mysql
  const settings = {
    'database-engine': 'mysql',
    'database-host': host,
    'database-port': String(port),
    'database-names': names.slice(0, 3).join(','),
    'database-prepare-arn': prepareArn,
    'shared-objects': `Secret/${twoApps.secret}`,
  }
  const objects = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'eks-preview.install', namespace }, data: settings },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: twoApps.secret, namespace },
        stringData: twoApps.environment,
      },
    ],
  })
  // Not `apply`: settings that somebody keeps there for a stack of their own are not ours to change.
  await kubectl(['create', '--filename=-'], objects)
  return {
    settings,
    close: async (): Promise<void> => void (await kubectl(['delete', '--ignore-not-found', '--filename=-'], objects)),
  }
}
