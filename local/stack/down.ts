import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { removeCgroups } from './cgroups.ts'
import { endProcess } from './process-id.ts'
import { type Keeper, readState, statePaths } from './state.ts'

/** Ends the stack and removes all it left; returns whether there was anything. Also cleans up after a killed one. */
export const down = async (root: string): Promise<boolean> => {
  const state = statePaths(root)
  const found = existsSync(root)
  await checkOurs(root)
  const keeper = await readState<Keeper>(state.keeper).catch(() => undefined)
  if (keeper !== undefined) {
    // With the namespaces' first process the kernel takes every other process in them, and so mounts, links and rules.
    await endProcess(keeper.init, 5000)
    await endProcess(keeper.keeper, 5000)
  }
  await removeCgroups(root)
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
  return found
}

/** A state folder named by mistake, such as somebody's home, must not be removed. */
const checkOurs = async (root: string): Promise<void> => {
  const names = existsSync(root) ? await readdir(root) : []
  const mark = basename(statePaths(root).options)
  if (names.length > 0 && !names.some((name) => name.startsWith(mark))) {
    throw new Error(
      `${root} holds other files than a stack's; it is left alone. Name a folder of its own with --state.`,
    )
  }
}
