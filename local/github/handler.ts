import type { Identity, Need } from './access.ts'
import { ApiError } from './api-error.ts'
import type { PullRequest, Repository, State } from './state.ts'
import type { Views } from './views.ts'
import type { Answer } from './wire.ts'

export type Request = {
  params: Record<string, string>
  /** With the path GitHub's own Link headers use. */
  url: URL
  body: Record<string, unknown>
  accept: string
  repository: Repository
  identity: Identity
  state: State
  views: Views
  apiUrl: string
}

/** One operation: any one of `needs` lets a token in. */
export type Handler = { needs: readonly [Need, ...Need[]]; run(request: Request): Answer | Promise<Answer> }
/** By GitHub's operation id. */
export type Handlers = Record<string, Handler>

export const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new ApiError(404, 'Not Found')
  return value
}

export const numberOf = (params: Record<string, string>, name: string) => Number(params[name])

export const pullOf = ({ repository, params }: Request, name: string): PullRequest =>
  found(repository.pulls.get(numberOf(params, name)))
