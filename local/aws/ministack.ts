import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { StackContext } from '../stack/part.ts'
import { until } from '../stack/until.ts'

const run = promisify(execFile)
const EMULATOR = path.join(import.meta.dirname, 'emulator')
const INSTALL_LIMIT_MS = 300_000
const START_LIMIT_S = 30

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

const createEnvironment = async (folder: string, log: (line: string) => void): Promise<void> => {
  const create = () => run('python3', ['-m', 'venv', folder], { timeout: INSTALL_LIMIT_MS })
  try {
    await create()
  } catch {
    // Debian ships Python without the part of venv that brings pip.
    log('installing python3-venv')
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'python3-venv'], { timeout: INSTALL_LIMIT_MS })
    await rm(folder, { recursive: true, force: true })
    await create()
  }
}

/** The Python with ministack installed, from the cache when it is there; throws with pip's own output. */
export const installMinistack = async (at: { cache: string; log: (line: string) => void }): Promise<string> => {
  const requirements = path.join(EMULATOR, 'requirements.txt')
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const folder = path.join(at.cache, `ministack-${hash}`)
  const python = path.join(folder, 'bin', 'python3')
  if (await exists(python)) return python
  at.log('installing ministack (about 20 s, once)')
  await mkdir(at.cache, { recursive: true })
  const unfinished = await mkdtemp(`${folder}.`)
  try {
    await createEnvironment(unfinished, at.log)
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements]
    await run(path.join(unfinished, 'bin', 'python3'), pip, { timeout: INSTALL_LIMIT_MS })
    // Two stacks may install at once; the later one finds the folder taken and uses it.
    await rename(unfinished, folder).catch(async (cause) => {
      if (!(await exists(python))) throw cause
    })
  } catch (cause) {
    throw new Error(`Install ministack into ${folder}: failed. Is PyPI reachable for pip?`, { cause })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return python
}

export type RootCredentials = { accessKeyId: string; secretAccessKey: string }
export type EksBackend = { endpoint: string; caFile: string; authSecret: string }
export type MinistackOptions = {
  python: string
  port: number
  /** Everything ministack writes (function code, logs) goes below this folder. */
  state: string
  root: RootCredentials
  /** What CreateCluster answers; `authSecret` (16 or more of A-Z a-z 0-9 _ -) is the last part of the webhook's URL. */
  eks: EksBackend
  /** PATH of the process: Lambda functions run on its first `node`. */
  path: string
  spawn: StackContext['spawn']
}

const environment = (options: MinistackOptions): Record<string, string> => ({
  AUTH: 'true',
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: '127.0.0.1',
  GATEWAY_PORT: String(options.port),
  IOT_MTLS_ENABLED: '0',
  SFTP_ENABLED: '0',
  STATE_DIR: options.state,
  TMPDIR: options.state,
  AWS_ACCESS_KEY_ID: options.root.accessKeyId,
  AWS_SECRET_ACCESS_KEY: options.root.secretAccessKey,
  EKS_ENDPOINT: options.eks.endpoint,
  EKS_CA_FILE: options.eks.caFile,
  EKS_AUTH_SECRET: options.eks.authSecret,
  PATH: options.path,
  // The launcher lies in the repository, which running it must not change.
  PYTHONDONTWRITEBYTECODE: '1',
})

const answers = async (url: string): Promise<boolean> => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok

/** Starts ministack on 127.0.0.1 and waits until it answers. */
export const startMinistack = async (
  options: MinistackOptions,
): Promise<{ endpoint: string; close(): Promise<void> }> => {
  await mkdir(options.state, { recursive: true })
  const child = options.spawn('ministack', options.python, [EMULATOR], environment(options))
  const endpoint = `http://127.0.0.1:${options.port}`
  await until(`ministack on ${endpoint}`, START_LIMIT_S, () => answers(`${endpoint}/_ministack/ready`))
  return { endpoint, close: () => child.close() }
}
