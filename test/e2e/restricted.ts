import { env } from 'node:process'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { kubernetes } from '../../src/cluster/api.ts'
import type { Cluster, KubeObject } from '../../src/cluster/cluster.ts'
import { connectionFromKubeconfig } from '../../src/cluster/kubeconfig.ts'
import { poll } from '../../src/poll.ts'
import type { Scratch } from './scratch.ts'

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[] }

/** The cluster as somebody sees it who has these rights in the namespace of the test, and no others. */
export const restricted = async (home: Scratch, name: string, rules: readonly Rule[]): Promise<Cluster> => {
  const { namespace, run } = home
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { name, namespace }
  const objects: KubeObject[] = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion, kind: 'Role', metadata, rules },
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ]
  for (const object of objects) await home.cluster.create(object)
  const token = (await kubectl(['create', 'token', name, '-n', namespace])).trim()
  const { cert: _, key: __, ...connection } = await connectionFromKubeconfig({ file: env.KUBECONFIG ?? '' })
  const cluster = kubernetes({ ...connection, bearer: async () => token }, { log: run.say, signal: run.signal })
  // The authorizer hears of a new Role a moment later.
  const [first] = rules
  if (first === undefined) return cluster
  const ask = ['auth', 'can-i', first.verbs[0] ?? '', `${first.resources[0]}.${first.apiGroups[0]}`, '-n', namespace]
  const asThem = `--as=system:serviceaccount:${namespace}:${name}`
  await poll({ what: `the Role ${name}`, every: 100, timeout: 30_000, signal: run.signal }, () =>
    kubectl([...ask, asThem]).then(
      () => true,
      () => undefined,
    ),
  )
  return cluster
}
