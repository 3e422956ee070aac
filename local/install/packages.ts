import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { findProgram } from './machine.ts'
import type { Progress } from './progress.ts'

// By program and not by package: Docker's own packages also bring containerd and runc, and must not be replaced.
const needed: { package: string; present: () => boolean }[] = [
  { package: 'containerd', present: () => has('containerd', 'ctr', 'containerd-shim-runc-v2') },
  { package: 'runc', present: () => has('runc') },
  { package: 'containernetworking-plugins', present: () => cniFolder() !== undefined },
  { package: 'nftables', present: () => has('nft') },
  { package: 'iproute2', present: () => has('ip') },
  { package: 'tini', present: () => has('tini') },
  { package: 'openssl', present: () => has('openssl') },
]

const has = (...programs: string[]): boolean => programs.every((name) => findProgram(name) !== undefined)

export const cniFolder = (): string | undefined =>
  ['/usr/lib/cni', '/opt/cni/bin'].find((folder) =>
    ['bridge', 'host-local', 'loopback'].every((name) => existsSync(`${folder}/${name}`)),
  )

/** Installs the Debian packages whose programs are missing; does nothing when all are there. */
export const installPackages = async (progress: Progress): Promise<void> => {
  const missing = needed.filter((entry) => !entry.present()).map((entry) => entry.package)
  if (missing.length === 0) return
  if (!has('apt-get')) {
    throw new Error(
      `These programs are missing and there is no apt-get to install them: ${missing.join(', ')}. Install them by hand.`,
    )
  }
  await progress.step(`installing Debian packages: ${missing.join(' ')}`, async () => {
    await apt('update')
    // --no-remove: better to fail than to take away what the machine's owner installed.
    await apt('install', '--yes', '--no-install-recommends', '--no-remove', ...missing)
  })
}

const apt = async (...args: string[]): Promise<void> => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await promisify(execFile)('apt-get', ['--quiet', ...args], { env, timeout: 600_000, maxBuffer: 1 << 26 })
  } catch (cause) {
    throw new Error(`apt-get ${args[0]} failed. Run it by hand to see why: apt-get ${args.join(' ')}`, { cause })
  }
}
