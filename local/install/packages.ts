import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { chromiumPath } from './chromium.ts'
import { findProgram } from './machine.ts'
import type { Progress } from './progress.ts'

type Needed = { package: string; present: () => boolean }

// By program and not by package: Docker's own packages also bring containerd and runc, and must not be replaced.
const needed: Needed[] = [
  { package: 'containerd', present: () => has('containerd', 'ctr', 'containerd-shim-runc-v2') },
  { package: 'runc', present: () => has('runc') },
  { package: 'containernetworking-plugins', present: () => cniFolder() !== undefined },
  { package: 'nftables', present: () => has('nft') },
  { package: 'iproute2', present: () => has('ip') },
  { package: 'tini', present: () => has('tini') },
  { package: 'openssl', present: () => has('openssl') },
  // Without -core it would be a service of the machine.
  { package: 'mariadb-server-core', present: () => has('mariadbd', 'mariadb-install-db') },
  { package: 'mariadb-client-core', present: () => has('my_print_defaults') },
  { package: 'postgresql', present: () => postgresFolder() !== undefined },
]

/** What a stack does not need, and tests do. */
export const forTests: Needed[] = [{ package: 'chromium', present: () => chromiumPath() !== undefined }]

const has = (...programs: string[]): boolean => programs.every((name) => findProgram(name) !== undefined)

export const cniFolder = (): string | undefined =>
  ['/usr/lib/cni', '/opt/cni/bin'].find((folder) =>
    ['bridge', 'host-local', 'loopback'].every((name) => existsSync(`${folder}/${name}`)),
  )

/** Debian keeps the servers of each version apart, and none on the PATH. */
export const postgresFolder = (): string | undefined =>
  globSync('/usr/lib/postgresql/*/bin')
    .filter((folder) => existsSync(`${folder}/postgres`) && existsSync(`${folder}/initdb`))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1)

/** Installs the Debian packages whose programs are missing; does nothing when all are there. */
export const installPackages = async (progress: Progress, more: Needed[] = []): Promise<void> => {
  const missing = [...needed, ...more].filter((entry) => !entry.present()).map((entry) => entry.package)
  if (missing.length === 0) return
  if (!has('apt-get')) {
    throw new Error(
      `These programs are missing and there is no apt-get to install them: ${missing.join(', ')}. Install them by hand.`,
    )
  }
  await progress.step(`installing Debian packages: ${missing.join(' ')}`, async () => {
    await apt('update')
    // --no-remove: better to fail than to take away what the machine's owner installed.
    await withoutServices(() => apt('install', '--yes', '--no-install-recommends', '--no-remove', ...missing))
  })
}

/** Debian starts the services of a package when it is installed, unless this program says no. */
const POLICY = '/usr/sbin/policy-rc.d'

const withoutServices = async (work: () => Promise<void>): Promise<void> => {
  // One that is there is the machine owner's own rule.
  if (existsSync(POLICY)) return await work()
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await work()
  } finally {
    await rm(POLICY)
  }
}

const apt = async (...args: string[]): Promise<void> => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await promisify(execFile)('apt-get', ['--quiet', ...args], { env, timeout: 600_000, maxBuffer: 1 << 26 })
  } catch (cause) {
    throw new Error(`apt-get ${args[0]} failed. Run it by hand to see why: apt-get ${args.join(' ')}`, { cause })
  }
}
