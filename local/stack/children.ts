import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { lastLines } from './log-tail.ts'
import type { StackContext } from './part.ts'
import type { StatePaths } from './state.ts'

/** `died` is called once, with what to tell the user, when a program ends that was not closed. */
export const spawner =
  (state: StatePaths, died: (report: string) => void): StackContext['spawn'] =>
  (name, command, args, env = process.env) => {
    const out = openSync(state.log(name), 'a')
    const child = spawn(command, args, { env, stdio: ['ignore', out, out] })
    closeSync(out)
    let closing = false
    const ended = async (how: string): Promise<void> => {
      if (closing) return
      const log = state.log(name)
      died(`${name} ended (${how}). Its last lines, from ${log}:\n${await lastLines(log, 5)}`)
    }
    child.on('error', (error) => void ended(error.message))
    child.on('exit', (code, signal) => void ended(signal ?? `exit code ${code}`))
    return {
      close: async () => {
        closing = true
        if (child.exitCode !== null || child.signalCode !== null) return
        // Throw-away data: there is nothing a slow, orderly end would save.
        child.kill('SIGKILL')
        await once(child, 'exit')
      },
    }
  }
