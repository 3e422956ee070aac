import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openScene } from '../../local/scene.ts'
import { awsDump, namespaceDump } from './dump.ts'

const CYCLES = 20
const files = { '.github/preview.yaml': readFileSync('examples/minimal/.github/preview.yaml', 'utf8') }

// Reports in S3 outlive a teardown by design; everything else must be as it was.
test(`${CYCLES} previews come and go, and cluster, zone and load balancers are exactly as before`, {
  timeout: 900_000,
}, async () => {
  const scene = await openScene({ files })
  const dump = async () => ({ cluster: await namespaceDump('previews'), aws: await awsDump(scene.stack.aws) })
  const before = await dump()
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    const { number, sha } = scene.open(`cycle/${cycle}`, { ...files, 'README.md': String(cycle) })
    await scene.build('app1', sha)
    const deployed = await scene.on('opened', number)
    expect(deployed.outputs.status, deployed.log).toBe('live')
    scene.close(number)
    const removed = await scene.on('closed', number)
    expect(removed.outputs.status, removed.log).toBe('removed')
    expect(await dump()).toEqual(before)
  }
  await scene.end()
})
