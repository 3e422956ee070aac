// Reads the command line; everything it calls takes values.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { errorChain } from './install/error-chain.ts'
import { clock, progressTo } from './install/progress.ts'
import { down } from './stack/down.ts'
import { inside, liveStack } from './stack/inside.ts'
import { stateRoot } from './stack/state.ts'
import { addressLines, status } from './stack/status.ts'
import { up } from './stack/up.ts'

const usage = `usage: local [--state DIR] up [--port N] | status | down | istio | exec -- COMMAND…

  up      start the local stack (Kubernetes and all around it) and wait until it is ready
  status  what runs, since when, and where
  down    end it; nothing is left
  istio   run Istio's gateway in it until this is interrupted
  exec    run a command inside, with kubectl on the PATH`

const print = (...lines: string[]): void => console.log(lines.join('\n'))

const portOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 65535) {
    throw new Error(`--port ${text} is not a port number (1 to 65535).`)
  }
  return Number(text)
}

const runUp = async (root: string, port: number | undefined): Promise<void> => {
  const started = Date.now()
  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort(new Error('Interrupted; the stack is down again.')))
  try {
    const stack = await up({ root, port, progress: progressTo(process.stdout), signal: interrupt.signal })
    print(`ready after ${clock(Date.now() - started)}`, ...addressLines(stack))
  } catch (error) {
    if (interrupt.signal.aborted) await down(root)
    throw error
  }
}

const runDown = async (root: string): Promise<void> =>
  print((await down(root)) ? 'the stack is down' : 'nothing was up')

const runExec = async (root: string, command: string[]): Promise<void> => {
  const stack = await liveStack(root)
  if (stack === undefined) throw new Error(`No stack is up in ${root}. Run \`up\` first.`)
  const { file, args, env } = inside(stack, command)
  // This process becomes the command: its terminal, signals and exit code are the caller's.
  process.execve?.(file, [file, ...args], env)
}

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { state: { type: 'string' }, port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const [verb, ...rest] = positionals
  const root = stateRoot(values.state)
  if (values.help === true) return print(usage)
  if (verb === 'up' && rest.length === 0) return await runUp(root, portOf(values.port))
  if (verb === 'status' && rest.length === 0) return print(...(await status(root)))
  if (verb === 'down' && rest.length === 0) return await runDown(root)
  if (verb === 'istio' && rest.length === 0) {
    return await runExec(root, [process.execPath, join(import.meta.dirname, 'istio/serve.ts')])
  }
  if (verb === 'exec' && rest.length > 0) return await runExec(root, rest)
  throw new Error(usage)
}

await main().catch((error: unknown) => {
  console.error(errorChain(error))
  process.exitCode = 1
})
