import { createBasicViews } from './basic-views.ts'
import { createCommentViews } from './comment-views.ts'
import type { Contract } from './contract.ts'
import { createDeploymentViews } from './deployment-views.ts'
import { createPullViews } from './pull-views.ts'
import type { State } from './state.ts'

export type Views = ReturnType<typeof createViews>

/** Our objects in GitHub's words. */
export const createViews = (contract: Contract, state: State, apiUrl: string) => {
  const basic = createBasicViews(contract, state, apiUrl)
  return {
    ...basic,
    ...createPullViews(basic, contract.fields('pull-request-simple')),
    ...createCommentViews(basic),
    ...createDeploymentViews(basic),
  }
}
