import type { KubeObject } from '../cluster/cluster.ts'

export type Kustomize = {
  /** `kustomize v5.8.1` or `kubectl v1.35.4`, for the log. */
  readonly version: string
  /** Builds the overlay folder; throws `RenderFailed` with kustomize's own message. */
  build(folder: string): Promise<KubeObject[]>
}
