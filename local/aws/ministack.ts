import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { pythonPackages } from '../install/python.ts'
import type { StackContext } from '../stack/part.ts'
import { until } from '../stack/until.ts'

const EMULATOR = path.join(import.meta.dirname, 'emulator')
const START_LIMIT_S = 30

/** The Python with ministack installed. */
export const installMinistack = async (at: { cache: string; log: (line: string) => void }): Promise<string> =>
  path.join(
    await pythonPackages({ name: 'ministack', requirements: path.join(EMULATOR, 'requirements.txt'), ...at }),
    'python3',
  )

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
