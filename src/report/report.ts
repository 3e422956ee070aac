import type { SmokeResult } from '../../checks/contract.ts'
import type { Diagnosis } from '../cluster/diagnose.ts'
import type { PreviewError } from '../errors.ts'
import type { Intent } from '../event.ts'
import type { PullRequest } from '../github/pull-request.ts'
import type { Environment } from '../names.ts'
import type { SmokeNews } from '../smoke/memory.ts'
import type { StepResult } from '../step.ts'

export type Status = 'deploying' | 'live' | 'failed' | 'removing' | 'removed' | 'skipped' | 'superseded' | 'listed'

/** A preview as `mode: list` tells of it. */
export type Listed = {
  id: string
  repository: string
  branch: string
  pullRequests: number[]
  phase: string
  commit?: string
  database?: string
  /** By app. */
  urls: Record<string, string>
  updated: string
}

export type AppReport = {
  name: string
  /** Absent when it is reached inside the cluster only. */
  url?: string
  /**
   * `proven`: the URL answered with this commit; `rollout`: it answered, and the rollout shows it is this commit. Absent when
   * nobody asked it.
   */
  answered?: 'proven' | 'rollout'
  /** The commit that serves at the URL now; the previous one while deploying or after a failed update. */
  commit?: string
  updated?: string
  /** Where its logs are kept. */
  logsUrl?: string
}

/** One thing that was there and was looked for again. */
export type ReceiptLine = { subject: string; gone: boolean; why?: string }

export type SmokeReport = {
  ok: boolean
  /** Absent when the check never ran to its end; `problem` then says why. */
  result?: SmokeResult
  problem?: string
  executionUrl: string
  reportUrl?: string
  /** What changed since the environment was checked before. */
  news?: SmokeNews
}

/** How GitHub's deployments show the environment; the same object throughout a run. */
export type DeploymentReport = {
  environment: string
  task: string
  /** Whether the settings ask for it: then a token that may not is worth a warning. */
  isAsked: boolean
  /** Of this run's, once it is made. */
  id?: number
  /** Nothing more is to be done about it in this run. */
  isOver?: boolean
}

/** Everything that is told to people; comment, summary, Slack and outputs are made of it and of nothing else. */
export type Report = {
  intent: Intent
  status: Status
  pullRequest?: Pick<PullRequest, 'number' | 'title' | 'url'>
  environment?: Environment
  /** The record's uid and generation: an older run must not overwrite a newer one's comment. */
  life?: { uid: string; generation: number }
  commit?: string
  lastGoodCommit?: string
  apps: AppReport[]
  /** Absent until the environment is claimed, and with `deployments: off`. */
  deployment?: DeploymentReport | undefined
  database?: string
  /** Place in the line for a database, 1 is next; absent when it does not wait. */
  waiting?: number
  /** Short names of the images that are awaited, `app1:abc1234`, before anything is touched; absent when none is. */
  awaited?: string[]
  smoke?: SmokeReport
  /** `databases`: a line for each of the pool. `waiting`: branches, the next one first. */
  list?: { environments: Listed[]; databases?: string[]; waiting?: string[] }
  /** Objects of the change set, `Kind/ns/name created`. */
  changes: { subject: string; action: string }[]
  receipt: ReceiptLine[]
  steps: readonly StepResult[]
  failure?: PreviewError
  /** Of what did not become ready, root causes first. */
  diagnoses?: readonly Diagnosis[]
  warnings: string[]
  expires?: string
  /** Where it is, and who made it: the role's name, the workflow's file and branch. */
  place?: { cluster?: string; namespace: string; role?: string; workflow?: string }
  startedAt: string
  ms: number
  run: { url: string; attempt: number }
  /** Whether the first failure after a success is a comment of its own; unknown before the settings are read. */
  failureComment?: boolean
}
