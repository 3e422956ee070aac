import { lookup } from 'node:dns/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { type Istio, openIstio } from '../../local/istio/istio.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { CONFIG, type Home, openHome } from './home.ts'

/** One app for everything that can lead to one. */
const EXPOSURES = { front: 'ingress', node: 'nodePort', mesh: 'istio', own: 'loadBalancer', inner: 'none' }
const APPS = Object.keys(EXPOSURES)
const REACHED = APPS.filter((app) => app !== 'inner').sort()

const filesWith = (exposures: Record<string, string>, remark = ''): Record<string, string> => ({
  [CONFIG]: [
    `apps: # ${remark}`,
    ...Object.entries(exposures).flatMap(([app, expose]) => [
      `  ${app}:`,
      `    image: 000000000000.dkr.ecr.us-east-1.amazonaws.com/${app}`,
      `    expose: ${expose}`,
      `    port: 3000`,
      ...(expose === 'none' ? [] : ['    health: /healthz', '    commit: { header: x-commit }']),
    ]),
  ].join('\n'),
})

let home: Home
let istio: Istio
beforeAll(async () => {
  istio = await openIstio()
  await kubectl(['apply', '-k', 'install/istio'])
  home = await openHome({
    'allowed-exposures': 'nodePort\nistio\nloadBalancer',
    'istio-gateway': istio.gateway,
    'istio-load-balancer': istio.hostname,
  })
})
afterAll(async () => {
  await home.end()
  await kubectl(['delete', '-k', 'install/istio'])
  await istio.close()
})

const buildAll = async (sha: string): Promise<void> => {
  for (const app of APPS) await home.build(app, sha)
}
const urlsOf = ({ outputs }: RunResult): Record<string, string> => JSON.parse(outputs.urls ?? '{}')
const commitsAt = async (urls: Record<string, string>): Promise<(string | null)[]> =>
  Promise.all(Object.values(urls).map(async (url) => (await fetch(`${url}/healthz`)).headers.get('x-commit')))
const actionsOf = ({ outputs }: RunResult) =>
  new Set(JSON.parse(outputs.result ?? '').changes.map(({ action }: { action: string }) => action))
/** Where the name of each app leads. */
const targets = async (): Promise<Record<string, string | undefined>> => {
  const aliases = (await home.records()).filter(({ Type }) => Type === 'A')
  return Object.fromEntries(
    aliases.map(({ Name = '', AliasTarget }) => [
      Name.replace(/^[0-9a-f]+-?/, '').split('.')[0],
      AliasTarget?.DNSName?.replace(/\.$/, ''),
    ]),
  )
}

test('each app is reached the way it says, in that of another after a push, and nothing is left of any', async () => {
  const before = await home.dump()
  const { number, sha } = home.open('feature/exposures', filesWith(EXPOSURES))
  await buildAll(sha)
  const opened = await home.on('opened', number)
  expect(opened).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
  const urls = urlsOf(opened)
  expect(Object.keys(urls).sort()).toEqual(REACHED)
  expect(await commitsAt(urls)).toEqual(REACHED.map(() => sha))
  // Its Service listens on 80 beside the port of its pods.
  expect(urls.own).toMatch(/\.localhost$/)
  const leads = await targets()
  expect(leads.mesh).toBe(istio.hostname)
  expect(leads.own).toMatch(/\.elb\.us-east-1\.amazonaws\.com$/)
  expect(leads.front).toMatch(/\.us-east-1\.elb\.amazonaws\.com$/)
  expect(leads.node).toBe(leads.front)
  const bound = 'jsonpath={range .items[*]}{.spec.serviceRef.name}={.spec.targetType} {end}'
  const bindings = await kubectl(['get', 'targetgroupbindings', '-n', home.namespace, '-o', bound])
  expect(bindings).toMatch(/node-[0-9a-f]{12}=instance/)
  expect(bindings).toMatch(/own-[0-9a-f]{12}=ip/)

  const again = await home.on('synchronize', number)
  expect(again).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(actionsOf(again)).toEqual(new Set(['unchanged']))

  // Everybody takes the way of a neighbour.
  const moved = { front: 'loadBalancer', node: 'ingress', mesh: 'nodePort', own: 'istio', inner: 'none' }
  const next = home.push(number, filesWith(moved, 'moved'))
  await buildAll(next)
  const pushed = await home.on('synchronize', number)
  expect(pushed).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(await commitsAt(urlsOf(pushed))).toEqual(REACHED.map(() => next))
  const now = await targets()
  expect(now.own).toBe(istio.hostname)
  expect(now.front).toMatch(/\.elb\.us-east-1\.amazonaws\.com$/)
  expect(now.front).not.toBe(leads.own)

  home.close(number)
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await home.dump()).toEqual(before)
  expect(await home.records()).toEqual([])
  for (const hostname of [leads.own, now.front])
    await expect(lookup(hostname ?? '')).rejects.toMatchObject({ code: 'ENOTFOUND' })
})
