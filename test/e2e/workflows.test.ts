import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { imageStore } from '../../local/images/store.ts'
import { REGISTRY } from '../../local/scene.ts'
import { files, type Home, openHome } from './home.ts'
import { runWorkflow, type WorkflowRun } from './workflow-run.ts'

const NAME = 'acme/shop'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

/** An example, filled in as a team does, with what this stack needs besides. */
const example = (file: string): string => {
  const { stack, namespace, domain } = home
  const more = {
    namespace,
    'hosted-zone-id': stack.aws.zoneId,
    'url-template': `http://{host}:${stack.publicPort}`,
  }
  return readFileSync(`examples/workflows/${file}`, 'utf8')
    .replaceAll('my-cluster', stack.aws.clusterName)
    .replaceAll('ap-northeast-1', stack.aws.region)
    .replaceAll('111122223333', stack.aws.accountId)
    .replaceAll(
      'domain: preview.example.com',
      [`domain: ${domain}`, ...Object.entries(more).map(([name, value]) => `${name}: ${value}`)].join('\n          '),
    )
}

const run = async (
  workflows: Record<string, string>,
  eventName: string,
  event: Record<string, unknown>,
  { pullRequest, ...more }: { pullRequest?: number; programs?: Record<string, string>; actions?: string[] } = {},
): Promise<WorkflowRun> => {
  const { aws } = home.stack
  const jobWorkflowRef = `${NAME}/.github/workflows/preview.yml@refs/heads/main`
  const job = { repository: NAME, eventName, jobWorkflowRef, ...(pullRequest === undefined ? {} : { pullRequest }) }
  return await runWorkflow({
    workflows,
    eventName,
    event,
    token: home.github.installationToken(NAME, { contents: 'read', 'pull-requests': 'write' }),
    env: {
      ...home.github.jobVariables(job),
      GITHUB_REPOSITORY: NAME,
      GITHUB_REPOSITORY_ID: '900000001',
      GITHUB_REF: pullRequest === undefined ? 'refs/heads/main' : `refs/pull/${pullRequest}/merge`,
      SHA_REF: '0'.repeat(40),
      AWS_ENDPOINT_URL: aws.endpoint,
    },
    ...more,
  })
}

describe('everything in one file', () => {
  const preview = () => ({ 'preview.yml': example('preview.yml') })
  // Of a job that was skipped act hands over the expression as it is written; GitHub, nothing.
  const withoutBuild = () => ({ 'preview.yml': example('preview.yml').replace(/ {10}images: .*\n/, '') })
  const of = (number: number, action: string) => home.github.pullRequestEvent(NAME, number, action)
  let number: number

  test('opened: the build job’s image is deployed by its digest', async () => {
    const opened = home.open('workflow/one-file', files)
    number = opened.number
    await home.build('app1', opened.sha)
    const image = `${REGISTRY}/app1@${await home.registry.push('app1', opened.sha)}`
    await imageStore(home.stack.containerd).tag(`${REGISTRY}/app1:${opened.sha}`, image)
    const docker = `case "$1" in login) cat > /dev/null ;; inspect) echo ${image} ;; *) echo "docker $*" ;; esac`
    const checkout = /actions\/checkout@\S+/.exec(example('preview.yml'))?.[0] ?? ''
    const done = await run(preview(), 'pull_request', of(number, 'opened'), {
      pullRequest: number,
      programs: { aws: 'echo password', docker },
      actions: [checkout],
    })
    expect(done.jobs, done.log).toEqual({ build: 'success', preview: 'success' })
    expect(done.log).toContain(`docker push ${REGISTRY}/app1:${opened.sha}`)
    const images = '{.items[*].spec.template.spec.containers[*].image}'
    expect(await kubectl(['get', 'deployments', '-n', home.namespace, '-o', `jsonpath=${images}`])).toBe(image)
    expect(home.comments(number)[0]?.body).toMatch(/^✅ \*\*Preview is live/)
    await imageStore(home.stack.containerd).untag(image)
  })

  test('closed: nothing is built, everything is removed', async () => {
    home.close(number)
    const done = await run(withoutBuild(), 'pull_request', of(number, 'closed'), { pullRequest: number })
    expect(done.jobs, done.log).toEqual({ preview: 'success' })
    expect(home.comments(number)[0]?.body).toMatch(/^🧹 \*\*Removed/)
  })

  test('by hand: tells what there is', async () => {
    const done = await run(withoutBuild(), 'workflow_dispatch', home.github.dispatchEvent(NAME, { mode: 'list' }))
    expect(done.jobs, done.log).toEqual({ preview: 'success' })
    expect(done.log).toContain('📋 0 previews')
  })
})

test('a job that is pinned: the caller hands over nothing but the event', async () => {
  const { number } = home.open('workflow/pinned', files)
  home.close(number)
  const workflows = {
    'pull-request.yml': example('pinned/pull-request.yml'),
    'preview.yml': example('pinned/preview.yml'),
  }
  const event = home.github.pullRequestEvent(NAME, number, 'closed')
  const done = await run(workflows, 'pull_request', event, { pullRequest: number })
  expect(done.jobs, done.log).toMatchObject({ preview: 'success' })
  expect(done.log).toContain('🧹 Removed, nothing was left')
})
