import { env } from 'node:process'
import { kubernetes } from '../../src/cluster/api.ts'
import type { Cluster } from '../../src/cluster/cluster.ts'
import { connectionFromKubeconfig } from '../../src/cluster/kubeconfig.ts'
import { type Claim, claim, type Run } from '../../src/cluster/record.ts'
import type { Wish } from '../../src/cluster/record-state.ts'
import { environmentAt, type Home } from './home.ts'

/** Another run on a branch's environment: it claims, and does what the test lets it do. */
export type OtherRun = Run & {
  cluster: Cluster
  claim(branch: string, wish: Partial<Wish>): Promise<Claim>
  close(): Promise<void>
}

export const otherRun = async ({ namespace }: Home): Promise<OtherRun> => {
  const { signal } = new AbortController()
  const say = { info: () => undefined, warning: () => undefined, debug: () => undefined }
  const cluster = kubernetes(await connectionFromKubeconfig({ file: env.KUBECONFIG ?? '' }), { log: say, signal })
  return {
    signal,
    say,
    cluster,
    claim: (branch, { holder, ...wish }) =>
      claim(
        cluster,
        {
          namespace,
          environment: environmentAt(branch),
          holder: { run: 'other', attempt: 1, url: 'https://github.test/runs/other', ...holder },
          now: () => new Date(),
          ...wish,
        },
        { signal, say },
      ),
    close: cluster.close,
  }
}
