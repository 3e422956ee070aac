import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTrialAws, type TrialAws } from '../local/aws/trial-aws.ts'
import { cacheRoot } from '../local/install/cache.ts'
import { bundleChecks } from './bundle.ts'
import { parseSmokeResult, type SmokeResult } from './contract.ts'
import { type DeployedChecks, deployChecks } from './deployment.ts'
import { outputOf } from './testing/execution.ts'
import { smokeInput } from './testing/sample.ts'

const CHECK = `
import { expect, test } from 'vitest'
import { ask, smoke, smokeCase } from 'eks-preview-checks'
import { price } from './price.ts'

for (const app of smoke.input.apps) {
  smokeCase({ app: app.name, kind: 'payment', name: 'sells at the right price' }, async () => {
    const { said, text } = await ask(new URL('/price?by=' + smoke.input.environment.id, app.url).href)
    if (Number(text) !== price) throw new Error(said + ' answered ' + text + ', ' + price + ' was expected')
    return said + ' answered ' + text
  })
}
test('goes nowhere else', async () => {
  await expect(ask('http://169.254.169.254/')).rejects.toThrow('its host is not below')
})
`

let trial: TrialAws
let aws: { region: string; endpoint: string; credentials: TrialAws['root'] }
let deployed: DeployedChecks
let folder: string
let app: Server
let answered = '40'

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'eks-preview-own-suite-'))
  await writeFile(path.join(folder, 'price.check.ts'), CHECK)
  await writeFile(path.join(folder, 'price.ts'), 'export const price: number = 42')
  app = createServer((_, response) => response.end(answered))
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done))
  trial = await startTrialAws()
  aws = { region: 'us-east-1', endpoint: trial.endpoint, credentials: trial.root }
  const options = { stackName: 'own', domain: 'localhost', aws, cache: cacheRoot(), log: () => {} }
  deployed = await deployChecks({ ...options, suite: folder, reportLinks: 'presigned' })
}, 300_000)
afterAll(async () => {
  await trial?.close()
  app?.close()
  await rm(folder, { recursive: true, force: true })
})

const run = async (): Promise<SmokeResult> => {
  const url = `http://localhost:${(app.address() as AddressInfo).port}`
  const input = smokeInput({ apps: [{ name: 'app1', url, health: '/' }], attempts: 1 })
  return parseSmokeResult(await outputOf(aws, deployed.stateMachineArn, input))
}

test('a team’s own checks run beside the others, and a report may be opened by whoever has its link, for a while', async () => {
  const bad = await run()
  expect(bad.cases.map(({ app, kind, name, status }) => [app, kind, name, status])).toEqual([
    ['app1', 'health', 'answers at /', 'passed'],
    ['app1', 'payment', 'sells at the right price', 'failed'],
    [null, 'test', 'goes nowhere else', 'passed'],
  ])
  expect(bad.cases[1]?.message).toMatch(/^GET \/price\?by=\w+ answered 40, 42 was expected$/)
  answered = '42'
  const good = await run()
  expect(good).toMatchObject({ ok: true, counts: { passed: 3 } })

  const { expires = '', url = '' } = good.report ?? {}
  const hours = (Date.parse(expires) - Date.parse(good.started)) / 3_600_000
  expect(Math.round(hours)).toBe(6)
  const page = await (await fetch(url)).text()
  expect(page).toContain('sells at the right price')
  expect(page).not.toContain('X-Amz-Signature')
})

test('a folder without checks is refused by name', async () => {
  const empty = await mkdtemp(path.join(tmpdir(), 'eks-preview-no-suite-'))
  await expect(bundleChecks(cacheRoot(), 'x86_64', () => {}, empty)).rejects.toThrow(
    `There is no *.check.ts in ${empty}`,
  )
  await rm(empty, { recursive: true })
})
