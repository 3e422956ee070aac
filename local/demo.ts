// `npm run demo`: the main job from pull request to receipt, on a stack that is started when none is up.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createPage, type Page } from './demo/page.ts'
import { cacheRoot } from './install/cache.ts'
import { errorChain } from './install/error-chain.ts'
import { clock, progressTo } from './install/progress.ts'
import { down } from './stack/down.ts'
import { inside, liveStack } from './stack/inside.ts'
import { type Stack, stateRoot } from './stack/state.ts'
import { up } from './stack/up.ts'

const USAGE = `usage: npm run demo -- [--keep] [--state DIR] [--port N]

  --keep   leave the local stack up; otherwise it is left as it was found
  --state  its folder
  --port   where the preview answers`

const INTRODUCTION = [
  'eks-preview is a GitHub Action that gives every pull request a preview of its own on Amazon EKS: it deploys the commit, points a URL at it, checks it, tells people, and takes it all away when the pull request closes.',
  'This demo shows that on this machine, without any account, with two apps, a database, a bucket and a queue. The action is the one that ships; Kubernetes, its pods, the database and the requests are real; AWS is an emulator; GitHub and Slack are local servers.',
]

const WALK = path.join(import.meta.dirname, 'demo/walk.ts')
/** Not in the state folder, which goes with its stack. */
const PAGE = path.join(cacheRoot(), 'demo.html')

/** Ends with the walk's exit code. */
const walk = async (stack: Stack, signal: AbortSignal): Promise<number> => {
  const { file, args, env } = inside(stack, [process.execPath, WALK, PAGE])
  // A session of its own: a Ctrl-C would end it at once, but it has to take away what it made. Closing the channel tells it.
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const tell = () => child.connected && child.disconnect()
  signal.addEventListener('abort', tell)
  if (signal.aborted) tell()
  const [code] = await once(child, 'exit')
  return code ?? 1
}

const demo = async (root: string, keep: boolean, port: number | undefined, signal: AbortSignal): Promise<number> => {
  const page = createPage(process.stdout)
  for (const paragraph of INTRODUCTION) page.text(`${paragraph}\n`)
  const found = await liveStack(root)
  if (found !== undefined && port !== undefined && port !== found.publicPort)
    throw new Error(
      `The stack that is up answers on port ${found.publicPort}. Leave --port out, or name another --state.`,
    )
  const stack = found ?? (await start(root, port, page, signal))
  const isKept = found !== undefined || keep
  // Of a demo before this one.
  await rm(PAGE, { force: true })
  try {
    return await walk(stack, signal)
  } finally {
    page.line(existsSync(PAGE) ? `\nWhat GitHub, Slack and S3 showed, as a page: ${pathToFileURL(PAGE)}` : '')
    if (isKept) page.line(`The local stack stays up. \`${downCommand(root)}\` ends it.`)
    else {
      await down(root)
      page.line('The local stack is down again.')
    }
  }
}

const start = async (root: string, port: number | undefined, page: Page, signal: AbortSignal): Promise<Stack> => {
  const started = Date.now()
  try {
    const stack = await up({ root, port, progress: progressTo(process.stdout), signal })
    page.line(`The local stack is up after ${clock(Date.now() - started)}.`)
    return stack
  } catch (error) {
    // A stack that failed by itself has ended; its logs, which the error names, stay.
    if (signal.aborted) await down(root)
    throw error
  }
}

const downCommand = (root: string): string =>
  root === stateRoot() ? 'npm run local -- down' : `npm run local -- --state ${root} down`

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      state: { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new Error(`--port ${values.port} is not a port number (1 to 65535).`)
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => interrupt.abort(new Error('Interrupted.')))
  return await demo(stateRoot(values.state), values.keep, port, interrupt.signal)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`\n${errorChain(error)}`)
  process.exitCode = 1
}
