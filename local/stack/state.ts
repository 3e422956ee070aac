import { readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Images } from '../images/build.ts'
import type { ForTests } from '../images/for-tests.ts'
import type { Programs } from '../install/programs.ts'
import type { ProcessId } from './process-id.ts'

/** Everything a stack writes is under `root`, and goes with it. */
export const statePaths = (root: string) => ({
  root,
  options: join(root, 'stack-options.json'),
  keeper: join(root, 'keeper.json'),
  stack: join(root, 'stack.json'),
  aws: join(root, 'aws.json'),
  kubeconfig: join(root, 'kubeconfig'),
  hostKubeconfig: join(root, 'host.kubeconfig'),
  pki: join(root, 'pki'),
  bin: join(root, 'bin'),
  logs: join(root, 'log'),
  data: join(root, 'data'),
  containerd: join(root, 'containerd.sock'),
  /** How nodes reach registries: containerd reads it at every pull. */
  registries: join(root, 'data', 'registries'),
  log: (name: string) => join(root, 'log', `${name}.log`),
  socket: (name: string) => join(root, `${name}.sock`),
})

export type StatePaths = ReturnType<typeof statePaths>

/** A TCP port of this machine's loopback that leads to one inside the namespaces. */
export type Forward = { name: string; outside: number; inside: number }

/** Decided by `up` before anything starts. */
export type StackOptions = {
  programs: Programs
  /** The Python that runs the AWS emulator. */
  python: string
  images: Images
  forTests: ForTests
  /** Initialised data folders of the database servers. */
  databases: Record<'mysql' | 'postgres', string>
  publicPort: number
  /** The previews' https, with a certificate of the stack's own authority. */
  httpsPort: number
  forwards: Forward[]
  /** Last part of the token webhook's address: only the API server and the AWS emulator know it. */
  authSecret: string
}

export type Keeper = { keeper: ProcessId; init: ProcessId }

/** Written when everything is ready. Paths are absolute, ports on 127.0.0.1. */
export type Stack = {
  /** Of the namespaces' first process, as seen from outside: what `nsenter --target` takes. */
  pid: number
  publicPort: number
  /** Outside ports by name: `public`, `api`. */
  ports: Record<string, number>
  /** Admin, for programs inside the namespaces. */
  kubeconfig: string
  /** Admin, for programs outside: through the forwarded port. */
  hostKubeconfig: string
  ca: string
  /** Of the API server, inside. */
  endpoint: string
  authSecret: string
  /** Socket of containerd, for `imageStore`. */
  containerd: string
  state: string
  /** ISO 8601. */
  started: string
}

/** The state folder in use: given, else from EKS_PREVIEW_STATE, else below the user's cache. */
export const stateRoot = (given?: string): string => {
  const root = resolve(given ?? process.env.EKS_PREVIEW_STATE ?? join(homedir(), '.cache', 'eks-preview', 'stack'))
  // sun_path of a unix socket holds 108 bytes; the longest name below the folder is kubelet's own.
  const longest = join(root, 'data/kubelet/pod-resources/kubelet.sock')
  if (Buffer.byteLength(longest) >= 108) {
    throw new Error(
      `The state folder ${root} is too deep: a socket in it would have a path of more than 107 bytes. Name a shorter one with --state.`,
    )
  }
  return root
}

/** The parsed file, or undefined when there is none. */
export const readState = async <T>(path: string): Promise<T | undefined> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`The stack's state file ${path} cannot be read. Run \`down\`, then \`up\`.`, { cause: error })
  }
}

export const readOptions = async (state: StatePaths): Promise<StackOptions> => {
  const options = await readState<StackOptions>(state.options)
  if (options === undefined)
    throw new Error(`${state.options} is missing: this program is started by \`up\`, not by hand.`)
  return options
}

/** Whoever reads the file sees all of it or none. */
export const writeState = async (path: string, value: unknown): Promise<void> => {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
