// `npm test`: everything CI runs, in the order in which it fails soonest. `npm test -- unit e2e` runs only those stages.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { bundleChecks } from '../checks/bundle.ts'
import { installMinistack } from './aws/ministack.ts'
import { buildForTests } from './images/for-tests.ts'
import { cacheRoot } from './install/cache.ts'
import { errorChain } from './install/error-chain.ts'
import { checkMachine } from './install/machine.ts'
import { forTests, installPackages } from './install/packages.ts'
import { buildPrograms } from './install/programs.ts'
import { clock, progressTo } from './install/progress.ts'
import { down } from './stack/down.ts'
import { inside } from './stack/inside.ts'
import { up } from './stack/up.ts'
import { workflowTools } from './workflows/tools.ts'

const ROOT = path.join(import.meta.dirname, '..')
const progress = progressTo(process.stdout)
const abort = new AbortController()
// A stack of its own: what a developer has running stays as it is.
const state = path.join(os.tmpdir(), `eks-preview-test-${process.pid}`)

const run = async (command: string, args: string[], env = process.env): Promise<void> => {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit', signal: abort.signal })
  const [code, signal] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}`)
}

const stages: Record<string, () => Promise<void>> = {
  /** What the tests stand on: missing packages, Kubernetes from Go modules, the AWS emulator. */
  install: async () => {
    checkMachine()
    await installPackages(progress, forTests)
    const { kustomize } = await buildPrograms(progress)
    process.env.PATH = `${path.dirname(kustomize)}:${process.env.PATH}`
    await installMinistack({ cache: cacheRoot(), log: progress.line })
    await buildForTests(progress)
    await workflowTools(progress)
    await bundleChecks(cacheRoot(), 'x86_64', progress.line)
  },
  check: () => run('npm', ['run', '--silent', 'check']),
  unit: () => run('vitest', ['run', '--project', 'unit']),
  /** What ships must be what the source says: built anew, byte for byte. `git status` also sees files that are new or gone. */
  dist: async () => {
    await run('node', ['local/build.ts'])
    const changed = execFileSync('git', ['status', '--porcelain', '--', 'dist'], { cwd: ROOT, encoding: 'utf8' })
    if (changed !== '')
      throw new Error(`dist/ is not what the source makes; commit what \`npm run build\` has made:\n${changed}`)
  },
  adapter: () => run('vitest', ['run', '--project', 'adapter']),
  e2e: async () => {
    const stack = await up({ root: state, progress, signal: abort.signal })
    try {
      const { file, args, env } = inside(stack, ['vitest', 'run', '--project', 'e2e'], ROOT)
      await run(file, args, env)
    } finally {
      await down(state)
    }
  },
  demo: () => run('node', ['local/demo.ts', '--state', state]),
}

const main = async (): Promise<void> => {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((name) => !(name in stages))
  if (unknown.length > 0)
    throw new Error(`no such stage: ${unknown.join(', ')}. Stages: ${Object.keys(stages).join(', ')}`)
  const started = Date.now()
  const times: string[] = []
  for (const [name, stage] of Object.entries(stages)) {
    // Installing takes a second when everything is there, and every stage may need it.
    if (asked.length > 0 && !asked.includes(name) && name !== 'install') continue
    const began = Date.now()
    progress.line(`\n── ${name} ${'─'.repeat(60 - name.length)}`)
    await stage()
    times.push(`${name} ${clock(Date.now() - began)}`)
  }
  progress.line(`\nAll passed in ${clock(Date.now() - started)}: ${times.join(' · ')}`)
}

process.once('SIGINT', () => abort.abort())
try {
  await main()
} catch (error) {
  await down(state)
  console.error(`\n${errorChain(error)}`)
  process.exitCode = 1
}
