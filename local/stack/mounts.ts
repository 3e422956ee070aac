import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { finished, type PartStarter } from './part.ts'
import type { StatePaths } from './state.ts'

const mount = async (...args: string[]): Promise<void> => void (await promisify(execFile)('mount', args))

// containerd, the CNI library and the kubelet write here whatever their settings say. A folder the machine does not have is
// made, and stays as an empty one: to remove it would take away the mount of another stack.
const fixedFolders = ['/run', '/var/lib/cni', '/var/lib/kubelet', '/var/log/containers']

// What the kubelet would set for the whole machine (pkg/util/sysctl). It is shown files that already say so instead.
const kernelSettings: Record<string, string> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
}

/** Mounts only this mount namespace sees. They go with its last process. */
export const mounts: PartStarter = {
  name: 'private mounts',
  start: async ({ state }) => {
    const resolver = await realpath('/etc/resolv.conf')
    for (const folder of fixedFolders) {
      await mkdir(folder, { recursive: true })
      await mount('-t', 'tmpfs', '-o', 'mode=755', 'eks-preview', folder)
    }
    for (const [setting, value] of Object.entries(kernelSettings)) {
      await mountText(state, `/proc/sys/${setting}`, `${value}\n`)
    }
    // systemd keeps the resolver file in /run, which is empty by now.
    if (!existsSync(resolver)) {
      await mkdir(dirname(resolver), { recursive: true })
      await writeFile(resolver, '')
    }
    await mountText(state, resolver, resolvConf)
    return finished
  },
}

/** The stack's own DNS is the only one: no name is ever asked outside, and no search domain of the machine leaks in. */
export const resolvConf = 'nameserver 127.0.0.1\noptions timeout:2 attempts:2\n'

const mountText = async (state: StatePaths, target: string, text: string): Promise<void> => {
  const source = join(state.data, 'mounts', target.replaceAll('/', '_'))
  await mkdir(dirname(source), { recursive: true })
  await writeFile(source, text)
  await mount('--bind', source, target)
}
