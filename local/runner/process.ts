import { spawn } from 'node:child_process'
import { createLines } from './lines.ts'

export type Running = { ended: Promise<Ended>; cancel(): void }
export type Ended = {
  exit: number | null
  signal: NodeJS.Signals | null
  signals: NodeJS.Signals[]
  timedOut: boolean
  ms: number
}

export type ProcessOptions = {
  node: string
  script: string
  cwd: string
  env: Record<string, string>
  /** Milliseconds after which the whole process tree is killed. */
  timeout: number
  onLine(line: string): void
}

// actions/runner ProcessInvoker.cs: what a cancelled step gets, and when.
const TO_SIGTERM = 7_500
const TO_SIGKILL = TO_SIGTERM + 2_500
// After the process is gone the runner waits this long for children that still hold its output.
const OUTPUT_GRACE = 5_000

export const startProcess = (options: ProcessOptions): Running => {
  const { node, script, cwd, env, timeout, onLine } = options
  const started = performance.now()
  // A process group of its own: the last step of a cancel kills the tree.
  const child = spawn(node, [script], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const timers: NodeJS.Timeout[] = []
  const signals: NodeJS.Signals[] = []
  let timedOut = false
  let gone = false

  const killTree = () => killGroup(child.pid)
  const clear = () => timers.forEach((timer) => void clearTimeout(timer))
  const after = (ms: number, act: () => void) => timers.push(setTimeout(act, ms))
  const send = (signal: 'SIGINT' | 'SIGTERM') => {
    signals.push(signal)
    child.kill(signal)
  }

  for (const stream of [child.stdout, child.stderr]) {
    const lines = createLines(onLine)
    stream.on('data', (chunk: Buffer) => lines.write(chunk))
    stream.on('end', () => lines.end())
  }
  after(timeout, () => {
    timedOut = true
    killTree()
  })

  return {
    ended: new Promise((resolve, reject) => {
      child.on('error', (cause) => {
        clear()
        reject(new Error(`cannot start ${node} ${script}`, { cause }))
      })
      child.on('exit', () => {
        gone = true
        clear()
        after(OUTPUT_GRACE, killTree)
      })
      child.on('close', (exit, signal) => {
        clear()
        killTree()
        resolve({ exit, signal, signals, timedOut, ms: Math.round(performance.now() - started) })
      })
    }),
    cancel() {
      if (gone) return
      send('SIGINT')
      after(TO_SIGTERM, () => send('SIGTERM'))
      after(TO_SIGKILL, () => {
        signals.push('SIGKILL')
        killTree()
      })
    },
  }
}

const killGroup = (leader: number | undefined) => {
  try {
    if (leader) process.kill(-leader, 'SIGKILL')
  } catch {
    // ESRCH: everything is gone already, which is what was wanted.
  }
}
