import { lookup } from 'node:dns/promises'
import { describe, expect, test } from 'vitest'
import type { SmokeCase } from '../../checks/contract.ts'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { until } from '../../local/stack/until.ts'
import { filesBelow } from './files-below.ts'
import { type Home, openHome } from './home.ts'

const files = filesBelow('examples/omikuji')
/** By image, the fortune it is built with. */
const SLIPS = {
  'great-fortune': 'great',
  'middle-fortune': 'middle',
  'small-fortune': 'small',
  misfortune: 'misfortune',
}
const ALL = Object.values(SLIPS).sort()

const open = (): Promise<Home> => openHome({ 'allowed-exposures': 'loadBalancer' })
const buildAll = async (home: Home, sha: string, slips: Record<string, string> = SLIPS): Promise<void> => {
  const builds = Object.entries(slips).map(([image, fortune]) =>
    home.build(`omikuji/${image}`, sha, 'fortune', { FORTUNE: fortune }),
  )
  await Promise.all(builds)
}

const resultOf = ({ outputs }: RunResult) => JSON.parse(outputs.result ?? '')
const actionsOf = (run: RunResult) => new Set(resultOf(run).changes.map(({ action }: { action: string }) => action))
const checksOf = (run: RunResult): Record<string, string> =>
  Object.fromEntries(resultOf(run).smoke.result.cases.map(({ name, status }: SmokeCase) => [name, status]))
const isNoRecord = (line: string) => !line.startsWith('ConfigMap/eks-preview.')

/** Draws until each fortune came; the commits that the slips were of. */
const drawAll = async (url: string): Promise<Set<string>> => {
  const commits = new Set<string>()
  const fortunes = new Set<string>()
  await until(`all fortunes at ${url}`, 30, async () => {
    const drawn = (await (await fetch(`${url}/draw`)).json()) as { fortune: string; commit: string }
    fortunes.add(drawn.fortune)
    commits.add(drawn.commit)
    return fortunes.size === ALL.length
  })
  expect([...fortunes].sort()).toEqual(ALL)
  return commits
}
const balancerOf = async (home: Home): Promise<{ hostname: string; zone: string | undefined }> => {
  const alias = (await home.records()).find(({ Type }) => Type === 'A')?.AliasTarget
  return { hostname: alias?.DNSName?.replace(/\.$/, '') ?? '', zone: alias?.HostedZoneId }
}
const removed = async (home: Home, number: number): Promise<void> => {
  home.close(number)
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
}

describe('examples/omikuji', () => {
  test.concurrent('ten slips behind a load balancer of their own: deployed, the same again, broken, fixed, and gone', async ({
    onTestFinished,
  }) => {
    const home = await open()
    onTestFinished(() => home.end())
    const before = await home.dump()
    const { number, sha } = home.open('feature/omikuji', files)
    await buildAll(home, sha)

    const opened = await home.on('opened', number)
    expect(opened).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
    const url = opened.outputs.url ?? ''
    expect(url).toMatch(/^http:\/\/[a-z0-9-]+\.refuse-[0-9a-f]{8}\.preview\.localhost:8080$/)
    expect(home.comments(number)[0]?.body).toContain(url)
    expect(opened.log).toContain('spec.ports has a nodePort, which is left out')
    expect(checksOf(opened)).toEqual({
      'answers at /healthz': 'passed',
      'serves this commit': 'passed',
      ...Object.fromEntries(Object.keys(SLIPS).map((image) => [image, 'passed'])),
    })
    const pods = ['get', 'pods', '-n', home.namespace, '-o', 'jsonpath={.items[*].metadata.labels.fortune}']
    const counted = Object.entries(Object.groupBy((await kubectl(pods)).split(' '), (fortune) => fortune))
    expect(Object.fromEntries(counted.map(([fortune, all]) => [fortune, all?.length]))).toEqual({
      'great-fortune': 1,
      'middle-fortune': 2,
      'small-fortune': 6,
      misfortune: 1,
    })
    const { hostname, zone } = await balancerOf(home)
    expect(hostname).toMatch(/^k8s-refuse\w+-loadbala-\w+-\w+\.elb\.us-east-1\.amazonaws\.com$/)
    expect(zone).toBe('Z26RNL4JYFTOTI')
    expect(await drawAll(url)).toEqual(new Set([sha]))
    const page = await fetch(url)
    expect(page.headers.get('connection')).toBe('close')
    expect(await page.text()).toMatch(/<strong>(大吉|中吉|小吉|凶)<\/strong>/)

    const standing = (await home.dump()).filter(isNoRecord)
    const again = await home.on('synchronize', number)
    expect(again).toMatchObject({ exit: 0, outputs: { status: 'live', url } })
    expect(actionsOf(again)).toEqual(new Set(['unchanged']))
    expect((await home.dump()).filter(isNoRecord)).toEqual(standing)

    // A commit whose great fortune is a slip that nobody knows.
    const broken = home.push(number, { ...files, 'CHANGES.md': 'A lucky day' })
    await buildAll(home, broken, { ...SLIPS, 'great-fortune': 'lucky' })
    const failed = await home.on('synchronize', number)
    expect(failed).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
    const comment = home.comments(number)[0]?.body ?? ''
    expect(comment).toContain('great-fortune')
    expect(comment).toContain('FORTUNE is "lucky": build the image with great, middle, small or misfortune')
    expect(await drawAll(url)).toContain(sha)

    const fixed = home.push(number, { ...files, 'CHANGES.md': 'A day like any other' })
    await buildAll(home, fixed)
    expect(await home.on('synchronize', number)).toMatchObject({ exit: 0, outputs: { status: 'live', url } })
    expect(await drawAll(url)).toEqual(new Set([fixed]))

    await removed(home, number)
    expect(await home.dump()).toEqual(before)
    expect(await home.records()).toEqual([])
    await expect(lookup(hostname)).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test.concurrent('two previews stand side by side on one port, each with its own commit', async ({
    onTestFinished,
  }) => {
    const home = await open()
    onTestFinished(() => home.end())
    const before = await home.dump()
    const previews = await Promise.all(
      ['feature/one', 'feature/two'].map(async (branch) => {
        const { number, sha } = home.open(branch, { ...files, BRANCH: branch })
        await buildAll(home, sha)
        return { number, sha, run: await home.on('opened', number) }
      }),
    )
    for (const { run, sha } of previews) {
      expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', url: expect.stringMatching(/:8080$/) } })
      expect(await drawAll(run.outputs.url ?? '')).toEqual(new Set([sha]))
    }
    expect(new Set(previews.map(({ run }) => run.outputs.url)).size).toBe(2)
    const [first, second] = previews
    await removed(home, first?.number ?? 0)
    // The other one's load balancer is not the first one's.
    expect(await drawAll(second?.run.outputs.url ?? '')).toEqual(new Set([second?.sha]))
    await removed(home, second?.number ?? 0)
    expect(await home.dump()).toEqual(before)
    expect(await home.records()).toEqual([])
  })
})
