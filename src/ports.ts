import type { Cluster } from './cluster/cluster.ts'
import type { LoadBalancers, Zone } from './dns/records.ts'
import type { PullRequests, Source } from './github/pull-request.ts'
import type { Kustomize } from './kustomize/kustomize.ts'
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
  web: Web
  /** Tells the pull requests what is being done, with the report as it is now. Never fails. */
  announce(pullRequests: readonly number[]): Promise<void>
}

/** What identifies this run, and what ends it. */
export type Run = {
  repository: string
  repositoryId: number
  id: string
  attempt: number
  url: string
  namespace: string
  /** Settings among the inputs, as written. */
  settings: Record<string, string>
  /** Image by app name. */
  images: Record<string, string>
  tempFolder: string
  signal: AbortSignal
}
