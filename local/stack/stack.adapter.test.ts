import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appImage } from '../images/build.ts'
import { cgroupFolders } from './cgroups.ts'
import { childrenOf } from './process-id.ts'
import { type Keeper, readState, type Stack, statePaths } from './state.ts'
import { until } from './until.ts'

const run = promisify(execFile)
// On an empty cache the first `up` builds everything.
const buildTime = 1_200_000
const application = '000000000000.dkr.ecr.us-east-1.amazonaws.com/app1:0123abc'

// Image names exist only inside, and so do the programs that make them.
const tagging = `
  const { imageStore } = await import(${JSON.stringify(join(import.meta.dirname, '../images/store.ts'))})
  await imageStore(process.argv[1]).tag(${JSON.stringify(appImage)}, ${JSON.stringify(application)})
`

let folder = ''
let root = ''
let before: Traces

type Outcome = { code: number; stdout: string; stderr: string }

const cli = (...args: string[]): Promise<Outcome> => cliAt(root, ...args)

const cliAt = async (state: string, ...args: string[]): Promise<Outcome> => {
  const command = [join(import.meta.dirname, '..', 'cli.ts'), '--state', state, ...args]
  try {
    return { code: 0, ...(await run(process.execPath, command, { timeout: buildTime })) }
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome
    return { code, stdout, stderr }
  }
}

const inside = async (...command: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cli('exec', '--', ...command)
  if (code !== 0) throw new Error(`${command.join(' ')}: exit code ${code}\n${stderr}`)
  return stdout
}

const ready = async (): Promise<Stack> => {
  const stack = await readState<Stack>(statePaths(root).stack)
  if (stack === undefined) throw new Error('the stack is not ready')
  return stack
}

/** What a stack could leave on the machine. */
const traces = async () => ({
  mounts: (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => /containerd|overlay|cni|eks-preview/.test(line)),
  links: await readdir('/sys/class/net'),
  routes: (await run('ip', ['route'])).stdout,
  tables: (await run('nft', ['list', 'tables'])).stdout,
  settings: await Promise.all(
    ['net/ipv4/ip_forward', 'vm/overcommit_memory', 'kernel/panic', 'kernel/panic_on_oops'].map((name) =>
      readFile(`/proc/sys/${name}`, 'utf8'),
    ),
  ),
  cgroups: (await cgroupFolders(root)).filter((path) => existsSync(path)),
  processes: await processes(),
  state: existsSync(root),
})

type Traces = Awaited<ReturnType<typeof traces>>

const processes = async (): Promise<string[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return commands.filter((command) => command.includes(root))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eks-preview-test-'))
  root = join(folder, 'stack')
  before = await traces()
  const { code, stdout, stderr } = await cli('up')
  expect(`${stdout}${stderr}`).toContain('node Ready')
  expect(code).toBe(0)
  await inside(process.execPath, '--input-type=module', '--eval', tagging, (await ready()).containerd)
  await writeFile(join(folder, 'web.json'), JSON.stringify(web))
  await inside('kubectl', 'apply', '-f', join(folder, 'web.json'))
  await inside('kubectl', 'rollout', 'status', 'deployment/web', '--timeout=60s')
}, buildTime)

afterAll(async () => {
  await cli('down')
  await rm(folder, { recursive: true, force: true })
})

test('an application answers by pod address, by service address and by service name', async () => {
  const pod = await inside('kubectl', 'get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].status.podIP}')
  const service = await inside('kubectl', 'get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')
  const get = (url: string) => inside('kubectl', 'exec', 'deployment/web', '--', '/app', 'get', url)
  expect(JSON.parse(await inside('curl', '-sSf', '-m', '5', `http://${pod}:3000/healthz`))).toMatchObject({
    ok: true,
    commit: '0123abc',
  })
  expect(await inside('curl', '-sSf', '-m', '5', '-D', '-', `http://${service}/`)).toMatch(/x-commit: 0123abc/i)
  expect(JSON.parse(await get('http://web/healthz'))).toMatchObject({ ok: true })
  expect(JSON.parse(await get('http://web.default.svc.cluster.local/healthz'))).toMatchObject({ ok: true })
  expect(await inside('kubectl', 'logs', 'deployment/web')).toContain('listens on :3000')
})

test('nothing outside can be reached from a pod, by name or by address', async () => {
  const get = async (url: string) =>
    await cli('exec', '--', 'kubectl', 'exec', 'deployment/web', '--', '/app', 'get', url)
  expect((await get('http://example.com/')).stderr).toContain('no such host')
  expect((await get('http://198.51.100.1/')).stderr).toContain('unreachable')
})

test('an image that is not there fails without a pull', async () => {
  await inside('kubectl', 'run', 'absent', '--image=registry.example.com/absent:1')
  const reason = await until('the pod to fail', 30, async () => {
    const path = 'jsonpath={.status.containerStatuses[0].state.waiting.reason}'
    const text = await inside('kubectl', 'get', 'pod', 'absent', '-o', path)
    return /ImagePull/.test(text) ? text : undefined
  })
  expect(reason).toMatch(/ErrImagePull|ImagePullBackOff/)
})

test('exec passes on the working folder, the environment and the exit code', async () => {
  expect((await inside('pwd')).trim()).toBe(process.cwd())
  expect((await inside('printenv', 'EKS_PREVIEW_STATE')).trim()).toBe(root)
  expect((await cli('exec', '--', 'sh', '-c', 'exit 7')).code).toBe(7)
})

test('status tells that the node is ready, from outside', async () => {
  const { stdout } = await cli('status')
  expect(stdout).toMatch(/node-1 Ready/)
  expect(stdout).toMatch(/kube-apiserver .* MB/)
})

test('a second up finds the first', async () => {
  const first = await ready()
  expect((await cli('up')).code).toBe(0)
  expect(await ready()).toEqual(first)
})

test('a second stack fits beside the first', async () => {
  const other = join(folder, 'other')
  expect((await cliAt(other, 'up')).code).toBe(0)
  expect((await cliAt(other, 'exec', '--', 'kubectl', 'get', 'deployments')).stdout).toBe('')
  expect(await inside('kubectl', 'get', 'deployments', '-o', 'name')).toBe('deployment.apps/web\n')
  expect((await cliAt(other, 'down')).code).toBe(0)
  expect((await cli('status')).stdout).toMatch(/node-1 Ready/)
})

test('down leaves nothing, and twice is no error', async () => {
  expect(await cli('down')).toMatchObject({ code: 0, stdout: 'the stack is down\n' })
  expect(await traces()).toEqual(before)
  expect(await cli('down')).toMatchObject({ code: 0, stdout: 'nothing was up\n' })
})

const killed: [string, (stack: Stack) => Promise<number | undefined>][] = [
  ['supervisor', async (stack) => (await childrenOf(stack.pid))[0]],
  ['keeper', async () => (await readState<Keeper>(statePaths(root).keeper))?.keeper.pid],
]

test.each(killed)(
  'a killed %s takes everything with it, and the next up works',
  { timeout: 120_000 },
  async (_, victim) => {
    expect((await cli('up')).code).toBe(0)
    await inside('kubectl', 'run', 'app', `--image=${appImage}`)
    await inside('kubectl', 'wait', '--for=condition=Ready', 'pod/app', '--timeout=60s')
    expect(await processes()).not.toEqual([])
    process.kill((await victim(await ready())) ?? 0, 'SIGKILL')
    await until('every process to be gone', 20, async () => (await processes()).length === 0)
    expect({ ...(await traces()), cgroups: [], state: false }).toEqual(before)
    // The namespaces' first process is the last to go: it has no command line any more while it waits for the others.
    await until('the namespaces to be gone', 20, async () => (await cli('status')).stdout.includes('no stack is up'))
    expect((await cli('up')).code).toBe(0)
    expect(await inside('kubectl', 'get', 'pods')).toBe('')
    expect((await cli('down')).code).toBe(0)
    expect(await traces()).toEqual(before)
  },
)

test('a folder that is not a stack is never removed', async () => {
  const precious = join(folder, 'precious')
  await mkdir(precious)
  await writeFile(join(precious, 'letter.txt'), 'dear')
  const { code, stderr } = await cliAt(precious, 'down')
  expect(code).toBe(1)
  expect(stderr).toContain('left alone')
  expect(await readdir(precious)).toEqual(['letter.txt'])
})

const web = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            securityContext: { runAsNonRoot: true },
            containers: [
              {
                name: 'web',
                image: application,
                env: [{ name: 'COMMIT', value: '0123abc' }],
                readinessProbe: { httpGet: { path: '/healthz', port: 3000 }, periodSeconds: 1 },
                resources: { limits: { memory: '64Mi' } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 3000 }] },
    },
  ],
}
