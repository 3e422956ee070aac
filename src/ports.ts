import type { Cluster } from './cluster/cluster.ts'
import type { SecretStore } from './database/credentials.ts'
import type { LoadBalancers, Zone } from './dns/records.ts'
import type { PullRequests, Source } from './github/pull-request.ts'
import type { Registry } from './images/registry.ts'
import type { Kustomize } from './kustomize/kustomize.ts'
import type { Report } from './report/report.ts'
import type { Settings } from './settings.ts'
import type { StateMachine } from './step-functions/state-machine.ts'
import type { Web } from './web/web.ts'

export type Dns = { zone: Zone /** The zone's own name. */; apex: string; loadBalancers: LoadBalancers }

/** What the stories act through. `main.ts` joins it to the real things. */
export type Ports = {
  cluster: Cluster
  pullRequests: PullRequests
  source: Source
  kustomize(): Promise<Kustomize>
  /** `undefined` with `dns: none`. */
  dns(settings: Settings): Promise<Dns | undefined>
  /** `undefined` without a state machine. */
  stateMachine(settings: Settings): StateMachine | undefined
  /** What prepares databases, and keeps the credentials of each. */
  preparation(stateMachineArn: string): Preparation
  registry: Registry
  web: Web
  /** Tells the pull requests what is being done, with the report as it is now. Never fails. */
  announce(pullRequests: readonly number[]): Promise<void>
  /** Tells other pull requests what this run did for them. Never fails. */
  tellOf(report: Report, pullRequests: readonly number[]): Promise<void>
  /** Registers what must not be seen in the log. */
  mask(secret: string): void
}

export type Preparation = { stateMachine: StateMachine; secrets: SecretStore }

/** What identifies this run, and what ends it. */
export type Run = {
  repository: string
  repositoryId: number
  id: string
  attempt: number
  url: string
  /** What a pull_request run checks out when it is not told otherwise; some build jobs tag with it. */
  mergeCommit: string | undefined
  namespace: string
  /** Settings among the inputs, as written. */
  settings: Record<string, string>
  /** By name of an app, or of an image in own manifests. */
  images: Record<string, string>
  /** By name of an environment variable. */
  secrets: Record<string, string>
  /** Whether what is in the environment's database is to be thrown away. */
  resetDatabase: boolean
  tempFolder: string
  signal: AbortSignal
}
