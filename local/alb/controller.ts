import type { RootCredentials } from '../aws/ministack.ts'
import type { Network } from './elb.ts'
import { elbClient } from './elb-client.ts'
import { eventRecorder } from './events.ts'
import { connect } from './kubernetes.ts'
import { passes } from './pass.ts'

export type AlbControllerOptions = {
  /** Path of a kubeconfig; the user needs what the real controller's ClusterRole has. */
  kubeconfig: string
  /** The EKS cluster's name, part of every load balancer's name. */
  cluster: string
  aws: { endpoint: string; credentials: RootCredentials }
  network: Network
  /** A real load balancer takes minutes; this is how long one here seems to. 0 when left out. */
  statusDelayMs?: number
  /** `--tolerate-non-existent-backend-service`; true when left out. */
  toleratesMissingService?: boolean
  log(line: string): void
}

/** A call that comes while the work runs makes it run once more; one that comes with nothing running wakes it. */
const doorbell = () => {
  let rung = true
  let wake = (): void => {}
  return {
    ring: (): void => {
      rung = true
      wake()
    },
    /** Waits for a ring, at most `ms`. */
    wait: async (ms: number | undefined): Promise<void> => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (ms !== undefined) setTimeout(resolve, ms)
        })
      }
      rung = false
    },
  }
}

const FAILED_PASS_MS = 1000

/** Does what the AWS Load Balancer Controller can be seen doing, in the cluster and in ELBv2. */
export const startAlbController = async (options: AlbControllerOptions): Promise<{ close(): Promise<void> }> => {
  const kubernetes = connect(options.kubeconfig)
  const elb = elbClient(options.aws.endpoint, options.aws.credentials)
  const pass = passes({
    kubernetes,
    elb,
    network: options.network,
    cluster: options.cluster,
    statusDelayMs: options.statusDelayMs ?? 0,
    toleratesMissingService: options.toleratesMissingService ?? true,
    record: eventRecorder(kubernetes, 'ingress'),
    recordBinding: eventRecorder(kubernetes, 'targetGroupBinding'),
    log: options.log,
  })
  const bell = doorbell()
  const stopWatching = await kubernetes.watch(bell.ring)
  let closing = false

  const run = async (): Promise<void> => {
    let retry: number | undefined
    for (;;) {
      await bell.wait(retry)
      if (closing) return
      retry = await pass().catch((error: Error) => {
        options.log(`pass failed: ${error.message}`)
        return FAILED_PASS_MS
      })
    }
  }
  const running = run()
  return {
    close: async () => {
      closing = true
      bell.ring()
      await stopWatching()
      await running
      elb.destroy()
    },
  }
}
