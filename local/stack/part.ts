import type { Cluster } from '../cluster/cluster.ts'
import type { ImageStore } from '../images/store.ts'
import type { StackOptions, StatePaths } from './state.ts'

/** Something that runs. `close` ends it; the namespaces' end takes whatever it leaves. */
export type Part = { close(): Promise<void> }

/** Of a step that leaves nothing running. */
export const finished: Part = { close: async () => {} }

/** `start` returns when the next part may start. */
export type PartStarter = { name: string; start(context: StackContext): Promise<Part> }

export type StackContext = {
  state: StatePaths
  options: StackOptions
  publicPort: number
  cluster: Cluster
  images: ImageStore
  /** A line for whoever follows `up`. */
  log(line: string): void
  /** Starts a program the stack cannot live without: its end ends the stack. Its output goes to `log/<name>.log`. */
  spawn(name: string, command: string, args: string[], env?: NodeJS.ProcessEnv): Part
}
