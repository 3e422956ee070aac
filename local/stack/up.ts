import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleChecks } from '../../checks/bundle.ts'
import { installMinistack } from '../aws/ministack.ts'
import { addresses, insidePorts } from '../cluster/addresses.ts'
import { initialDatabases } from '../databases/parts.ts'
import { buildImages } from '../images/build.ts'
import { buildForTests } from '../images/for-tests.ts'
import { cacheRoot } from '../install/cache.ts'
import { checkMachine, programPath } from '../install/machine.ts'
import { installPackages } from '../install/packages.ts'
import { buildPrograms } from '../install/programs.ts'
import type { Progress } from '../install/progress.ts'
import { istioDefinitions } from '../istio/definitions.ts'
import { down } from './down.ts'
import { LogTail } from './log-tail.ts'
import { freePort } from './ports.ts'
import { isAlive, type ProcessId, processId } from './process-id.ts'
import {
  type Keeper,
  readState,
  type Stack,
  type StackOptions,
  type StatePaths,
  statePaths,
  writeState,
} from './state.ts'

export type UpOptions = {
  root: string
  /** Where the previews answer; 8080 if free, else any, when not given. */
  port?: number | undefined
  progress: Progress
  /** Ends the waiting, not the stack: that is for the caller to end. */
  signal: AbortSignal
}

/** Starts the stack, or finds it running, and returns when everything in it is ready. */
export const up = async ({ root, port, progress, signal }: UpOptions): Promise<Stack> => {
  checkMachine()
  if (port !== undefined && insidePorts.includes(port)) {
    throw new Error(`Port ${port} is taken inside the stack (${insidePorts.join(', ')}). Choose another with --port.`)
  }
  const state = statePaths(root)
  const keeper = await readState<Keeper>(state.keeper)
  if (keeper !== undefined && (await isAlive(keeper.keeper)) && (await isAlive(keeper.init))) {
    return await ready(state, keeper.keeper, progress, signal)
  }
  await installPackages(progress)
  const programs = await buildPrograms(progress)
  const images = await buildImages(programs)
  const forTests = await buildForTests(progress)
  const cache = cacheRoot()
  const databases = await initialDatabases()
  const python = await installMinistack({ cache, log: progress.line })
  // Inside the namespaces there is no registry to build it from.
  await bundleChecks(cache, 'x86_64', progress.line)
  // Nor a module proxy, should a test or `local -- istio` ask for Istio.
  await istioDefinitions(progress)
  // What a killed run left.
  await down(root)

  const publicPort = port ?? (await freePort(8080))
  const httpsPort = await freePort(8443)
  // First of all what tells that the folder is a stack's, and may be removed with all that is in it.
  await mkdir(root, { recursive: true, mode: 0o700 })
  await writeState(state.options, {
    programs,
    python,
    images,
    forTests,
    databases,
    publicPort,
    httpsPort,
    forwards: [
      { name: 'public', outside: publicPort, inside: publicPort },
      { name: 'https', outside: httpsPort, inside: httpsPort },
      { name: 'api', outside: await freePort(addresses.apiPort), inside: addresses.apiPort },
    ],
    authSecret: randomBytes(24).toString('hex'),
  } satisfies StackOptions)
  await mkdir(state.logs)
  progress.line(`starting the local stack in ${root}`)
  return await ready(state, await startKeeper(state), progress, signal)
}

const startKeeper = async (state: StatePaths): Promise<ProcessId> => {
  const log = openSync(state.log('stack'), 'a')
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts'), state.root], {
    detached: true,
    env: cleanEnvironment(),
    stdio: ['ignore', log, log],
  })
  await once(keeper, 'spawn')
  closeSync(log)
  keeper.unref()
  return (await processId(keeper.pid ?? 0)) ?? { pid: keeper.pid ?? 0, startTicks: '' }
}

// Proxies, credentials and other settings of the user's shell must not change what the cluster does.
const cleanEnvironment = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => name === 'HOME' || name.startsWith('EKS_PREVIEW_'))
  return { ...Object.fromEntries(kept), PATH: programPath() }
}

/** Shows the supervisor's lines until the stack is ready or has ended. Every wait in there is bounded, so this one is. */
const ready = async (state: StatePaths, keeper: ProcessId, progress: Progress, signal: AbortSignal): Promise<Stack> => {
  const log = new LogTail(state.log('stack'))
  for (;;) {
    signal.throwIfAborted()
    const stack = await readState<Stack>(state.stack)
    const alive = await isAlive(keeper)
    for (const line of await log.lines()) progress.line(line)
    if (!alive) {
      throw new Error(`The local stack ended while it started; the lines above say why. More in ${state.logs}.`)
    }
    if (stack !== undefined) return stack
    await sleep(50)
  }
}
