import type { Action, Lane } from './lane.ts'
import type { At } from './requests.ts'

export type Spot = Pick<At, 'number' | 'point'>

export type Flow = {
  /** The event whose run is disturbed. */
  action: Action
  /** Its previews lease a database: the first of three that its lanes have, and no other flow that runs beside it. */
  firstDatabase?: number
  points: readonly At['point'][]
  /** Makes what that run is to meet. */
  start(lane: Lane): Promise<void>
  /**
   * Disturbs the run at a request, and throws when what comes after is not as it must be. Polls make the number of requests
   * vary: a run may end before it reaches that one.
   */
  disturb(lane: Lane, spot: Spot): Promise<{ reached: boolean }>
}
