import type { Live } from './cluster.ts'
import { type ContainerSpec, type ContainerStatus, containersOf } from './pods.ts'

/** How containers have ended. Pure. */

export type Exit = { reason?: string; message?: string; exitCode: number }

/** The newest: in a back-off it has moved to `lastState`. */
export const lastExit = ({ state, lastState }: ContainerStatus): Exit | undefined =>
  state?.terminated ?? lastState?.terminated

export const isFailedExit = (exit: Exit | undefined): exit is Exit => exit !== undefined && exit.exitCode !== 0

/** `exit code 137 (OOMKilled)` */
export const exitText = (exit: Exit | undefined): string => {
  if (exit === undefined) return 'exit code unknown'
  const { exitCode, reason } = exit
  const isTelling = reason !== undefined && reason !== '' && reason !== 'Error' && reason !== 'Completed'
  return isTelling ? `exit code ${exitCode} (${reason})` : `exit code ${exitCode}`
}

/** Containers that could not even be started end with one of these. */
export const isNoStart = (exit: Exit | undefined): exit is Exit =>
  exit?.reason === 'StartError' || exit?.reason === 'ContainerCannotRun'

/** An init container that has to end before the others begin; one that is always restarted is a sidecar. */
export const isInit = ({ spec }: Live, name: string): boolean => {
  const { initContainers = [] } = (spec ?? {}) as { initContainers?: ContainerSpec[] }
  return initContainers.some((init) => init.name === name && init.restartPolicy !== 'Always')
}

/** The first container of a pod that has ended badly. */
export const failedContainer = (pod: Live): ContainerStatus | undefined =>
  containersOf(pod).find((container) => isFailedExit(lastExit(container)))
