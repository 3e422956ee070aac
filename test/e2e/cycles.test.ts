import { expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { openScene } from '../../local/scene.ts'
import { until } from '../../local/stack/until.ts'
import { awsDump, namespaceDump } from './dump.ts'
import { files } from './home.ts'

const CYCLES = 20
/** Waiting takes most of a run: two cores are enough for this many. */
const AT_ONCE = 4

// Reports in S3 outlive a teardown by design; everything else must be as it was.
test(`${CYCLES} previews come and go, and cluster, zone and load balancers are exactly as before`, {
  timeout: 900_000,
}, async () => {
  const scene = await openScene({ files })
  const dump = async () => ({ cluster: await namespaceDump('previews'), aws: await awsDump(scene.stack.aws) })
  // What other tests had is deleted behind them, and stands in the zone and on the load balancer until then.
  await until(
    'others to be gone',
    120,
    async () => !(await kubectl(['get', 'namespaces', '-o', 'name'])).includes('/refuse-'),
  )
  const before = await dump()
  const cycle = async (name: string): Promise<void> => {
    const { number, sha } = scene.open(`cycle/${name}`, { ...files, 'README.md': name })
    await scene.build('app1', sha)
    const deployed = await scene.on('opened', number)
    expect(deployed.outputs.status, deployed.log).toBe('live')
    scene.close(number)
    const removed = await scene.on('closed', number)
    expect(removed.outputs.status, removed.log).toBe('removed')
  }
  for (let round = 1; round <= CYCLES / AT_ONCE; round++) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => cycle(`${round}-${lane}`)))
    expect(await dump()).toEqual(before)
  }
  await scene.end()
})
