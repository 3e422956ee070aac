import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

export type At = {
  number: number
  /** `sending`: before its first byte. `answered`: it has landed, and the program has not seen that yet. */
  point: 'sending' | 'answered'
  signal: 'SIGINT' | 'SIGKILL' | 'SIGSTOP'
}
export type Order = { file: string; at?: At }
/** `service`: as an AWS request is signed for it. */
export type Sent = { number: number; method: string; host: string; path: string; dryRun?: true; service?: string }

export type Watch = {
  /** For the step that is to be watched. */
  env: Record<string, string>
  sent(): Promise<Sent[]>
  /** Of the process, once the request that `at` names is reached. */
  reached(): Promise<number | undefined>
  end(): Promise<void>
}

export const watchRequests = async (at: At | undefined): Promise<Watch> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'requests-'))
  const file = path.join(folder, 'lines')
  await writeFile(file, '')
  const lines = async (): Promise<(Sent | { pid: number })[]> => {
    const text = await readFile(file, 'utf8')
    // What follows the last line end is still being written.
    const whole = text.split('\n').slice(0, -1)
    return whole.map((line) => JSON.parse(line))
  }
  return {
    env: {
      NODE_OPTIONS: `--import=${import.meta.resolve('./at-request.ts')}`,
      AT_REQUEST: JSON.stringify({ file, ...(at === undefined ? {} : { at }) } satisfies Order),
    },
    sent: async () => (await lines()).filter((line) => 'number' in line),
    reached: async () => (await lines()).find((line) => 'pid' in line)?.pid,
    end: () => rm(folder, { recursive: true }),
  }
}
