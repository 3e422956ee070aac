// Child of the namespaces' first process: starts every part in order and ends when one of them cannot go on.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, openCluster } from '../cluster/cluster.ts'
import { imageStore } from '../images/store.ts'
import { errorChain } from '../install/error-chain.ts'
import { spawner } from './children.ts'
import type { Part, StackContext } from './part.ts'
import { parts } from './parts.ts'
import { relay } from './relay.ts'
import {
  type Keeper,
  readOptions,
  readState,
  type Stack,
  type StackOptions,
  type StatePaths,
  statePaths,
  writeState,
} from './state.ts'
import { until } from './until.ts'

const started = Date.now()
const running: Part[] = []
let ending = false

const log = (line: string): void => console.log(line)

const end = async (code: number): Promise<never> => {
  ending = true
  await Promise.race([closeAll(), sleep(3000)])
  process.exit(code)
}

const closeAll = async (): Promise<void> => {
  for (const part of running.reverse()) {
    await part.close().catch((error: unknown) => console.error('a part did not close:', error))
  }
}

const fail = (reason: unknown): void => {
  if (ending) return
  console.error(errorChain(reason))
  void end(1)
}

const startParts = async (context: StackContext): Promise<void> => {
  for (const part of parts) {
    try {
      running.push(await part.start(context))
    } catch (cause) {
      throw new Error(`The local stack could not start: ${part.name}. Its logs are in ${context.state.logs}.`, {
        cause,
      })
    }
    log(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${part.name}`)
  }
}

const describe = async (state: StatePaths, options: StackOptions, cluster: Cluster): Promise<Stack> => {
  const keeper = await until('the keeper', 10, () => readState<Keeper>(state.keeper))
  return {
    pid: keeper.init.pid,
    publicPort: options.publicPort,
    ports: Object.fromEntries(options.forwards.map(({ name, outside }) => [name, outside])),
    kubeconfig: state.kubeconfig,
    hostKubeconfig: state.hostKubeconfig,
    ca: cluster.ca,
    endpoint: cluster.endpoint,
    authSecret: options.authSecret,
    containerd: state.containerd,
    state: state.root,
    started: new Date(started).toISOString(),
  }
}

const supervise = async (): Promise<void> => {
  const state = statePaths(process.argv[2] ?? '')
  const options = await readOptions(state)
  const cluster = await openCluster(state, options)
  await startParts({
    state,
    options,
    publicPort: options.publicPort,
    cluster,
    images: imageStore(state.containerd),
    log,
    spawn: spawner(state, fail),
  })
  for (const { name, inside } of options.forwards) {
    await relay({ path: state.socket(name) }, { host: '127.0.0.1', port: inside })
  }
  await writeState(state.stack, await describe(state, options, cluster))
}

process.on('SIGTERM', () => void end(0))
process.on('uncaughtException', fail)
await supervise().catch(fail)
