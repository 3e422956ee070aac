import { delimiter } from 'node:path'
import { findProgram } from '../install/machine.ts'
import { isAlive } from './process-id.ts'
import { type Keeper, readState, type Stack, statePaths } from './state.ts'

export type Invocation = { file: string; args: string[]; env: NodeJS.ProcessEnv }

/** The stack of a state folder when it is ready and alive. */
export const liveStack = async (root: string): Promise<Stack | undefined> => {
  const state = statePaths(root)
  const keeper = await readState<Keeper>(state.keeper)
  if (keeper === undefined || !(await isAlive(keeper.init))) return undefined
  return await readState<Stack>(state.stack)
}

/** How to run a command inside the stack's namespaces, in the same folder, with kubectl and its admin kubeconfig at hand. */
export const inside = (stack: Stack, command: string[], cwd = process.cwd(), env = process.env): Invocation => {
  const nsenter = findProgram('nsenter')
  if (nsenter === undefined) throw new Error('nsenter is missing. Install the Debian package util-linux.')
  const enter = ['--target', String(stack.pid), '--mount', '--net', '--pid', '--']
  // Entering a mount namespace loses the working folder; a killed nsenter would leave its child behind.
  const there = ['setpriv', '--pdeathsig', 'KILL', 'env', `--chdir=${cwd}`, '--', ...command]
  return {
    file: nsenter,
    args: [...enter, ...there],
    env: {
      ...withoutProxies(env),
      PATH: [statePaths(stack.state).bin, env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin'].join(delimiter),
      KUBECONFIG: stack.kubeconfig,
      EKS_PREVIEW_STATE: stack.state,
    },
  }
}

/** No proxy can be reached from inside, and every address that can is near. */
const withoutProxies = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^(http|https|all)_proxy$/i.test(name)))
