import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from './until.ts'

/** A process that cannot be mistaken for a later one with the same number. `startTicks` is field 22 of /proc/PID/stat. */
export type ProcessId = { pid: number; startTicks: string }

export const processId = async (pid: number): Promise<ProcessId | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The second field is the program's name in brackets, which may itself hold spaces and brackets.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields?.[0], fields?.[19]]
  return startTicks === undefined || state === 'Z' ? undefined : { pid, startTicks }
}

export const isAlive = async (id: ProcessId): Promise<boolean> =>
  (await processId(id.pid))?.startTicks === id.startTicks

export const childrenOf = async (pid: number): Promise<number[]> => {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return list
    .split(' ')
    .filter((child) => child !== '')
    .map(Number)
}

/** Asks the process to end, insists after `graceMs`, and returns when it is gone. */
export const endProcess = async (id: ProcessId, graceMs: number): Promise<void> => {
  await signal(id, 'SIGTERM')
  const limit = Date.now() + graceMs
  while ((await isAlive(id)) && Date.now() < limit) await sleep(20)
  await signal(id, 'SIGKILL')
  await until(`process ${id.pid} to end after SIGKILL`, 20, async () => !(await isAlive(id)))
}

const signal = async (id: ProcessId, name: NodeJS.Signals): Promise<void> => {
  if (!(await isAlive(id))) return
  try {
    process.kill(id.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
