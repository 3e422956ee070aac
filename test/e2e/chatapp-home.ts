import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { writeImageOn } from '../../local/images/official.ts'
import { startPrivateRegistry } from '../../local/images/private-registry.ts'
import { imageStore } from '../../local/images/store.ts'
import { openIstio } from '../../local/istio/istio.ts'
import { stackFacts } from '../../local/scene.ts'
import { statePaths } from '../../local/stack/state.ts'
import { openDatabaseHome } from './database-home.ts'
import { CONFIG, type Home } from './home.ts'

const EXAMPLE = 'examples/chatapp'
const REGISTRY = 'registry.example.com'
const IMAGE = 'chat/app'

/** The example's, once the lines of its README's diff are there or not. */
export const chatFiles = async (...changes: [string, string][]): Promise<Record<string, string>> => {
  const text = await readFile(path.join(EXAMPLE, CONFIG), 'utf8')
  return {
    [CONFIG]: changes.reduce((changed, [from, to]) => {
      if (!changed.includes(from)) throw new Error(`the example has no ${from}`)
      return changed.replace(from, to)
    }, text),
  }
}

export type ChatHome = Home & {
  /** What the repository's build job does: `docker build`, `docker push`. */
  publish(commit: string): Promise<void>
  /** Makes the pull secret anew, with this password or the right one. */
  setPullSecret(password?: string): Promise<void>
}

/** All that the example's README asks of the platform team, with a registry that nobody can read without a password. */
export const openChatHome = async (database: string): Promise<ChatHome> => {
  const stack = await stackFacts()
  const { forTests } = stack.options
  const [istio, registry] = await Promise.all([
    openIstio(),
    startPrivateRegistry(forTests.registry, statePaths(stack.state), REGISTRY, 'only for reading'),
  ])
  await kubectl(['apply', '-k', 'install/istio'])
  const home = await openDatabaseHome('postgres', [database], {
    'allowed-exposures': 'istio',
    'istio-gateway': istio.gateway,
    'istio-load-balancer': istio.hostname,
    'shared-objects': 'Secret/registry\nSecret/chat',
  })
  await Promise.all([home.official('redis'), home.official('postgres')])

  const create = async (kind: string, name: string, ...values: string[]): Promise<void> => {
    const secret = ['create', 'secret', kind, name, '-n', home.namespace, ...values, '--dry-run=client', '-o', 'yaml']
    await kubectl(['apply', '-n', home.namespace, '-f', '-'], await kubectl(secret))
  }
  const setPullSecret: ChatHome['setPullSecret'] = (password) =>
    create(
      'generic',
      'registry',
      '--type=kubernetes.io/dockerconfigjson',
      `--from-literal=.dockerconfigjson=${registry.dockerConfig(password)}`,
    )
  await setPullSecret()
  const values = { SESSION_SECRET: 'for sessions', PGPASSWORD: 'for chat', POSTGRES_PASSWORD: 'for chat' }
  await create('generic', 'chat', ...Object.entries(values).map(([name, value]) => `--from-literal=${name}=${value}`))

  const pushed: string[] = []
  return {
    ...home,
    setPullSecret,
    publish: async (commit) => {
      const work = await mkdtemp(path.join(os.tmpdir(), 'chatapp-'))
      const archive = path.join(work, 'image.tar')
      const ref = `${REGISTRY}/${IMAGE}:${commit}`
      const copies = Object.fromEntries(
        ['server', 'public', 'package.json'].map((name) => [`/app/${name}`, path.join(EXAMPLE, name)]),
      )
      const config = { Cmd: ['node', 'server/main.js'], User: '1000:1000', Env: ['NODE_ENV=production'] }
      await writeImageOn(forTests.chatappModules, archive, ref, commit, copies, config)
      await registry.push(IMAGE, commit, archive, [forTests.official.node.archive, forTests.chatappModules.archive])
      await rm(work, { recursive: true })
      pushed.push(ref)
    },
    end: async () => {
      await home.end()
      await Promise.all([registry.close(), istio.close()])
      const store = imageStore(stack.containerd)
      for (const ref of (await store.list()).filter((one) => pushed.includes(one))) await store.untag(ref)
    },
  }
}
