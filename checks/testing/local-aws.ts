import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { installMinistack, type MinistackOptions, startMinistack } from '../../local/aws/ministack.ts'

const ROOT = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-root-key-of-tests' }

export type LocalAws = {
  aws: { region: string; endpoint: string; credentials: typeof ROOT }
  cache: string
  log(): Promise<string>
  close(): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** ministack alone, on a port of its own, with nothing left behind by `close`. */
export const startLocalAws = async (): Promise<LocalAws> => {
  const cache = process.env.EKS_PREVIEW_CACHE ?? path.join(homedir(), '.cache', 'eks-preview')
  const python = await installMinistack({ cache, log: () => {} })
  const folder = await mkdtemp(path.join(tmpdir(), 'eks-preview-checks-test-'))
  const log = path.join(folder, 'ministack.log')
  const caFile = path.join(folder, 'ca.pem')
  await writeFile(caFile, '')
  const out = await open(log, 'a')
  const start: MinistackOptions['spawn'] = (_, command, args, env) => {
    const child = spawn(command, args, { env, stdio: ['ignore', out.fd, out.fd] })
    const ended = once(child, 'exit')
    return {
      close: async () => {
        child.kill('SIGTERM')
        await ended
      },
    }
  }
  const { close, endpoint } = await startMinistack({
    python,
    port: await freePort(),
    state: path.join(folder, 'state'),
    root: ROOT,
    eks: { endpoint: 'https://127.0.0.1:6443', caFile, authSecret: 'not-used-by-the-checks' },
    // Functions run on the Node that runs the tests.
    path: `${path.dirname(process.execPath)}:${process.env.PATH}`,
    spawn: start,
  })
  return {
    aws: { region: 'us-east-1', endpoint, credentials: ROOT },
    cache,
    log: () => readFile(log, 'utf8'),
    close: async () => {
      await close()
      await out.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
