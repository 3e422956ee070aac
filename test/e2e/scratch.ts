import { randomUUID } from 'node:crypto'
import { env } from 'node:process'
import { kubernetes } from '../../src/cluster/api.ts'
import { type Cluster, type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import { connectionFromKubeconfig } from '../../src/cluster/kubeconfig.ts'
import { type Claim, claim } from '../../src/cluster/record.ts'
import { transportTo } from '../../src/cluster/transport.ts'
import type { Log } from '../../src/log.ts'
import { type Environment, environmentOf, labelsOf } from '../../src/names.ts'
import { poll } from '../../src/poll.ts'

/** A namespace and an environment of one test's own on the cluster of the stack. */
export type Scratch = {
  cluster: Cluster
  namespace: string
  environment: Environment
  run: { signal: AbortSignal; say: Log & { lines: string[] }; timeout: number }
  /** As run `number`, from this branch of this repository. */
  claim(number: number, phase?: 'Applying' | 'Terminating'): Promise<Claim>
  /** With the environment's labels, as the overlay gives them. */
  object(apiVersion: string, kind: string, name: string, rest?: Partial<KubeObject>): KubeObject
  /** A Deployment without pods. */
  workload(name: string, image?: string): KubeObject
  /** As the API server has it; rejects when it is absent. */
  live(object: KubeObject): Promise<Live>
  /** A request of somebody else: another tool, a controller. */
  send(request: { method: 'PUT' | 'PATCH'; path: string; body: unknown; contentType?: string }): Promise<void>
  /** Everything in the namespace of the kinds that these tests make, whoever it belongs to. */
  dump(): Promise<Live[]>
  close(): Promise<void>
}

export const scratch = async (): Promise<Scratch> => {
  const controller = new AbortController()
  const { signal } = controller
  const lines: string[] = []
  const write = (text: string) => void lines.push(text)
  const say = { info: write, warning: write, debug: () => undefined, lines }
  const connection = await connectionFromKubeconfig({ file: env.KUBECONFIG ?? '' })
  const cluster = kubernetes(connection, { log: say, signal })
  const others = transportTo(connection, { log: say, signal })
  const namespace = `test-${randomUUID().slice(0, 8)}`
  const { metadata } = await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  // Both come a moment after the namespace: a pod needs one, a comparison the other.
  for (const [kind, name] of [
    ['ConfigMap', 'kube-root-ca.crt'],
    ['ServiceAccount', 'default'],
  ] as const)
    await poll({ what: `${kind} ${name}`, every: 50, timeout: 30_000, signal }, () =>
      cluster.get({ apiVersion: 'v1', kind, namespace, name }),
    )
  const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/🍣-login' }, true)
  const object: Scratch['object'] = (apiVersion, kind, name, rest = {}) => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels: labelsOf(environment) },
    ...rest,
  })
  return {
    cluster,
    namespace,
    environment,
    run: { signal, say, timeout: 120_000 },
    claim: (number, phase = 'Applying') => {
      const holder = { run: String(number), attempt: 1, url: `https://github.test/runs/${number}` }
      return claim(
        cluster,
        { namespace, environment, phase, holder, sha: `sha-${number}`, now: () => new Date() },
        { signal, say },
      )
    },
    object,
    workload: (name, image = 'app:1') =>
      object('apps/v1', 'Deployment', name, {
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: name } },
          template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image }] } },
        },
      }),
    live: async (object) => {
      const found = await cluster.get(refOf(object))
      if (found === undefined) throw new Error(`${object.kind} ${object.metadata.name} is absent`)
      return found
    },
    send: async (request) => {
      const answer = await others.send({ ...request, what: request.path, timeout: 10_000, writes: true })
      if (answer.status >= 400) throw new Error(`${request.path}: ${answer.text}`)
    },
    dump: async () => {
      const kinds = [
        { apiVersion: 'v1', kind: 'ConfigMap' },
        { apiVersion: 'v1', kind: 'Secret' },
        { apiVersion: 'v1', kind: 'Service' },
        { apiVersion: 'apps/v1', kind: 'Deployment' },
        { apiVersion: 'batch/v1', kind: 'Job' },
      ]
      return (await Promise.all(kinds.map((kind) => cluster.list(kind, namespace)))).flat()
    },
    close: async () => {
      await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { uid: metadata.uid ?? '' })
      await Promise.all([cluster.close(), others.close()])
      controller.abort()
    },
  }
}
