// The one process of a stack outside its namespaces: it starts them, leads this machine's ports into them, and ends with
// them. Should it be killed, the kernel kills the namespaces' first process (--pdeathsig, --kill-child) and so all the rest.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { errorChain } from '../install/error-chain.ts'
import { childrenOf, type ProcessId, processId } from './process-id.ts'
import { relay } from './relay.ts'
import { type Keeper, readOptions, statePaths, writeState } from './state.ts'
import { until } from './until.ts'

const end = (reason: unknown): never => {
  console.error(errorChain(reason))
  process.exit(1)
}

const startNamespaces = (root: string): ChildProcess => {
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--kill-child']
  const supervisor = ['tini', '--', process.execPath, join(import.meta.dirname, 'supervisor.ts'), root]
  const unshare = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...namespaces, ...supervisor], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  unshare.on('exit', () => end('The namespaces have ended, and the stack with them.'))
  unshare.on('error', end)
  return unshare
}

const firstChild = async (parent: number): Promise<ProcessId> =>
  await until('the namespaces', 10, async () => {
    const [child] = await childrenOf(parent)
    return child === undefined ? undefined : await processId(child)
  })

const keep = async (): Promise<void> => {
  const state = statePaths(process.argv[2] ?? '')
  const options = await readOptions(state)
  const unshare = startNamespaces(state.root)
  const init = await firstChild(unshare.pid ?? 0)
  const keeper = await until('this process in /proc', 1, () => processId(process.pid))
  await writeState(state.keeper, { keeper, init } satisfies Keeper)
  for (const { name, outside } of options.forwards) {
    try {
      await relay({ host: '127.0.0.1', port: outside }, { path: state.socket(name) })
    } catch (cause) {
      throw new Error(`Port ${outside} cannot be listened on. Choose another with --port.`, { cause })
    }
  }
}

await keep().catch(end)
