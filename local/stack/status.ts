import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { clock } from '../install/progress.ts'
import { liveStack } from './inside.ts'
import { lastLines } from './log-tail.ts'
import { childrenOf } from './process-id.ts'
import { type Stack, statePaths } from './state.ts'

/** Lines for a person. */
export const status = async (root: string): Promise<string[]> => {
  const stack = await liveStack(root)
  if (stack === undefined) return await downLines(root)
  const age = clock(Date.now() - Date.parse(stack.started))
  return [
    `up for ${age}, state in ${stack.state}`,
    ...addressLines(stack),
    `node        ${await nodeLine(stack)}`,
    ...(await processLines(stack)),
  ]
}

const downLines = async (root: string): Promise<string[]> => {
  const last = await lastLines(statePaths(root).log('stack'), 8)
  return [`no stack is up in ${root}`, ...(last === '' ? [] : ['the last one ended after:', last])]
}

export const addressLines = (stack: Stack): string[] => [
  `previews    http://<host>.preview.localhost:${stack.publicPort} · https, by ${stack.ca}: ${stack.ports.https}`,
  `kubernetes  https://127.0.0.1:${stack.ports.api}  KUBECONFIG=${stack.hostKubeconfig}`,
]

const nodeLine = async (stack: Stack): Promise<string> => {
  const kubectl = join(statePaths(stack.state).bin, 'kubectl')
  const args = ['--kubeconfig', stack.hostKubeconfig, '--request-timeout=5s', 'get', 'nodes', '--no-headers']
  const asked = await promisify(execFile)(kubectl, args).catch((error: Error) => ({ stdout: error.message }))
  return asked.stdout.trim().replace(/\s+/g, ' ')
}

const processLines = async (stack: Stack): Promise<string[]> => {
  const [supervisor = 0] = await childrenOf(stack.pid)
  const lines = await Promise.all([supervisor, ...(await childrenOf(supervisor))].map(processLine))
  return lines.filter((line) => line !== '')
}

/** Empty for a process that has just ended. */
const processLine = async (pid: number): Promise<string> => {
  const read = async (file: string): Promise<string> => await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const [program = '', script = ''] = (await read('cmdline')).split('\0')
  const name = basename(script.endsWith('.ts') ? script : program)
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(await read('status'))?.[1]
  if (kilobytes === undefined) return ''
  return `process     ${name.padEnd(24)} pid ${String(pid).padEnd(8)} ${Math.round(Number(kilobytes) / 1024)} MB`
}
