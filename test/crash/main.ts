// `npm run test:crash`: a stack of its own, and in it every flow with every request; `-- deploy 40` tries only that.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { errorChain } from '../../local/install/error-chain.ts'
import { progressTo } from '../../local/install/progress.ts'
import { down } from '../../local/stack/down.ts'
import { inside } from '../../local/stack/inside.ts'
import { up } from '../../local/stack/up.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const state = path.join(os.tmpdir(), `eks-preview-crash-${process.pid}`)
const abort = new AbortController()

process.once('SIGINT', () => abort.abort())
try {
  const stack = await up({ root: state, progress: progressTo(process.stdout), signal: abort.signal })
  const { file, args, env } = inside(stack, ['node', 'test/crash/inside.ts', ...process.argv.slice(2)], ROOT)
  const child = spawn(file, args, { cwd: ROOT, env, stdio: 'inherit', signal: abort.signal })
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
} catch (error) {
  console.error(`\n${errorChain(error)}`)
  process.exitCode = 1
} finally {
  await down(state)
}
