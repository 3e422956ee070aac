import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const alternative = 'Use a Linux machine (or virtual machine) where you are root; `npm run render` works anywhere.'

/** Throws one line saying what is missing and what to do instead. */
export const checkMachine = (): void => {
  if (process.platform !== 'linux') {
    throw new Error(
      `The local stack runs a real Kubernetes node, which needs Linux; this is ${process.platform}. ${alternative}`,
    )
  }
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    throw new Error(`The local stack is built for x64 and arm64; this machine is ${process.arch}. ${alternative}`)
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      'The local stack makes namespaces and mounts, which only root may. Run the same command with `sudo -E`.',
    )
  }
  // Without it a reply between two pods on one bridge skips connection tracking, and no ClusterIP ever answers.
  if (!existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables')) {
    throw new Error(
      'The kernel module br_netfilter is not loaded; Services would not answer. Run `modprobe br_netfilter`.',
    )
  }
}

/** Debian keeps runc, nft and ip in folders that are not on everybody's PATH, and Go's installer writes to none of them. */
export const programPath = (): string =>
  [process.env.PATH, '/usr/local/go/bin', '/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
    .filter(Boolean)
    .join(delimiter)

/** The full path of a program, or undefined when it is in none of the usual folders. */
export const findProgram = (name: string): string | undefined =>
  programPath()
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
