import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { stackFacts } from '../../local/scene.ts'
import { asAdmin, holders } from './database-home.ts'
import { logStreams } from './log-streams.ts'
import { breakages, openElsewhere } from './two-apps-breakages.ts'
import { filesWith, openTwoApps, visitorAt } from './two-apps-home.ts'
import { lateQueue } from './two-apps-late-queue.ts'

const GREEN = {
  'app1 answers at /healthz': 'passed',
  'app2 answers at /healthz': 'passed',
  'app1 serves this commit': 'passed',
  'app2 serves this commit': 'passed',
  'app1 login': 'passed',
  'app1 write': 'passed',
  'app1 storage': 'passed',
  'app1 queue': 'passed',
  'app1 call': 'passed',
}
type Cases = Awaited<ReturnType<Awaited<ReturnType<typeof openTwoApps>>['deploy']>>['cases']
const statuses = (cases: Cases) => Object.fromEntries(Object.entries(cases).map(([name, { status }]) => [name, status]))

describe('examples/two-apps', () => {
  test('four pull requests on three databases: each is checked whole, and the fourth gets the first that is given back', async () => {
    const names = ['preview_01', 'preview_02', 'preview_03']
    const home = await openTwoApps(names)
    onTestFinished(() => home.end())
    const deployments = [1, 2, 3, 4].map((number) => home.deploy(`feature/${number}`, filesWith()))
    // Three are done when the fourth still waits; which that is, is theirs to settle.
    const done: Awaited<(typeof deployments)[number]>[] = []
    const three = Promise.withResolvers<void>()
    for (const deployment of deployments)
      void deployment.then((deployed) => {
        done.push(deployed)
        if (done.length === 3) three.resolve()
      }, three.reject)
    await three.promise
    for (const { run, cases } of done) {
      expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
      expect(statuses(cases)).toEqual(GREEN)
      expect(cases['app1 write']?.message).toContain(`the row was in items of ${run.outputs.database}`)
    }
    expect(done.map(({ run }) => run.outputs.database).sort()).toEqual(names)

    for (const { run } of done) await keepsToItself(run.outputs.url ?? '')
    for (const { run } of done) await logsAreKept(run)

    const [first] = done
    home.close(first?.number ?? 0)
    expect(await home.on('closed', first?.number ?? 0)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    const all = await Promise.all(deployments)
    const fourth = all.find(({ number }) => !done.slice(0, 3).some((one) => one.number === number))
    expect(fourth?.run).toMatchObject({
      exit: 0,
      outputs: { status: 'live', database: first?.run.outputs.database },
    })
    expect(statuses(fourth?.cases ?? {})).toEqual(GREEN)

    await closeAll(
      home,
      all.filter((one) => one !== first),
    )
    expect(Object.values(await holders(home))).toEqual(['free', 'free', 'free'])
  })

  test('its service account opens its bucket and its queue, and no others; another account has not its role', async () => {
    const { endpoint, reportBucket, region, twoApps } = (await stackFacts()).aws
    const sts = new STSClient({ region, endpoint })
    const roleFor = async (serviceAccount: string) => {
      const asked = ['create', 'token', serviceAccount, '-n', 'previews', '--audience', 'sts.amazonaws.com']
      const WebIdentityToken = (await kubectl(asked)).trim()
      const role = { RoleArn: twoApps.roleArn, RoleSessionName: 'test', WebIdentityToken }
      return (await sts.send(new AssumeRoleWithWebIdentityCommand(role))).Credentials
    }
    await expect(roleFor('default')).rejects.toMatchObject({ name: 'AccessDenied' })
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = (await roleFor(twoApps.serviceAccount)) ?? {}
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const clients = { region, endpoint, credentials }
    const s3 = new S3Client({ ...clients, forcePathStyle: true })
    const sqs = new SQSClient(clients)
    const refused = { name: expect.stringContaining('AccessDenied') }
    const put = (Bucket: string) => s3.send(new PutObjectCommand({ Bucket, Key: 'hello', Body: 'hello' }))
    await put(twoApps.bucket)
    await expect(put(reportBucket)).rejects.toMatchObject(refused)
    await sqs.send(new GetQueueUrlCommand({ QueueName: twoApps.queue }))
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'others' }))).rejects.toMatchObject(refused)
  })

  test.concurrent('broken in six ways, the checks name each and nothing else', async ({ onTestFinished }) => {
    const home = await openTwoApps(breakages.map((_, at) => `preview_0${at + 1}`))
    onTestFinished(() => home.end())
    const elsewhere = await openElsewhere(home.stack.aws, (...statements) => asAdmin(home, ...statements))
    onTestFinished(elsewhere.close)
    // What a runner sees of the commit would end a deploy before the checks are asked.
    const inputs = { probe: 'vpc' }
    const broken = await Promise.all(
      breakages.map(async ({ name, changes, failed }) => {
        const files = filesWith(['database: {', 'smoke: { attempts: 1 }\ndatabase: {'], ...changes)
        const deployed = await home.deploy(`broken/${name.replaceAll(' ', '-')}`, files, inputs)
        return { name, failed, ...deployed, comment: home.comments(deployed.number)[0]?.body ?? '' }
      }),
    )
    for (const { name, failed, run, cases, comment } of broken) {
      expect(run, name).toMatchObject({ exit: 1, outputs: { status: 'failed' } })
      const told = Object.entries(cases).filter(([, { status }]) => status === 'failed')
      expect(Object.fromEntries(told.map(([check, { message }]) => [check, message])), name).toEqual(
        Object.fromEntries(Object.entries(failed).map(([check, words]) => [check, expect.stringMatching(words)])),
      )
      for (const [check] of told) expect(comment, name).toContain(cases[check]?.name)
    }
    // Without a login the app's other checks would say nothing of what they are about.
    expect(statuses(broken.find(({ name }) => name === 'login down')?.cases ?? {})).toEqual({
      ...GREEN,
      'app1 login': 'failed',
      ...Object.fromEntries(['write', 'storage', 'queue', 'call'].map((check) => [`app1 ${check}`, 'skipped'])),
    })
    await closeAll(home, broken)
  })

  test.concurrent('what comes right while it is being checked passes on the third attempt, and says so', async ({
    onTestFinished,
  }) => {
    const home = await openTwoApps(['preview_07'])
    onTestFinished(() => home.end())
    const late = await lateQueue(home.stack.aws)
    onTestFinished(late.close)
    const deploying = home.deploy(late.name, filesWith(['JOBS_QUEUE: two-apps-jobs', `JOBS_QUEUE: ${late.name}`]))
    await late.openAfter(2)
    const { number, run, cases } = await deploying
    expect(run).toMatchObject({ exit: 0, outputs: { status: 'live' } })
    const { history = [], ...queue } = cases['app1 queue'] ?? {}
    expect(queue).toMatchObject({ status: 'passed', attempts: 3 })
    expect(history.map(({ status }) => status)).toEqual(['failed', 'failed', 'passed'])
    expect(home.comments(number)[0]?.body).toContain('Smoke 9 passed, 1 flaky')
    expect(run.summary).toContain('flaky: passed on attempt 3')
    await closeAll(home, [{ number }])
  })
})

/** It has what its own checks left and nothing of the other previews; and an item's life goes on after it was made. */
const keepsToItself = async (url: string): Promise<void> => {
  const page = await fetch(url)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect((await fetch(`${url}/items`)).status).toBe(401)
  const ask = await visitorAt(url)
  expect((await ask('GET', '/files')).json.files).toEqual([expect.stringMatching(/-hello\.txt$/)])
  const { items } = (await ask('GET', '/items')).json
  expect(items).toHaveLength(1)
  const path = `/items/${items[0].id}`
  expect((await ask('PUT', path, { name: 'another name' })).json).toEqual({ id: items[0].id, name: 'another name' })
  expect((await ask('DELETE', path)).status).toBe(204)
  expect((await ask('GET', path)).status).toBe(404)
}

/** A stream for every pod, also of the migration, with the lines as they were written; and report and comment lead there. */
const logsAreKept = async ({ outputs }: RunResult): Promise<void> => {
  const id = outputs['environment-id'] ?? ''
  const streams = await logStreams(id, 3)
  const words = Object.fromEntries(
    Object.entries(streams).map(([name, lines]) => [name.replace(/-[0-9a-f]{12}-[a-z0-9-]+$/, ''), lines]),
  )
  expect(words).toEqual({
    [`${id}/app1/app1`]: [expect.stringMatching(/ app1 listens on :3000$/)],
    [`${id}/app1/app1-migrate`]: [expect.stringMatching(/ the tables are there$/)],
    [`${id}/app2/app2`]: expect.arrayContaining([expect.stringMatching(/ app2 listens on :3000$/)]),
  })
}

const closeAll = async (
  home: Awaited<ReturnType<typeof openTwoApps>>,
  previews: readonly { number: number }[],
): Promise<void> => {
  await Promise.all(
    previews.map(async ({ number }) => {
      home.close(number)
      expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    }),
  )
}
