import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { databaseUrls, openDatabaseHome, withDatabase } from './database-home.ts'
import { CONFIG, type Home } from './home.ts'
import { found } from './sinks.ts'

const CANARY = 'canary-4b1d7c/of a Secret'
const HANDED = 'canary-9e02fa=handed over by the workflow'
/** A migration that prints all it must not, and fails. */
const config = withDatabase[CONFIG].replace(
  /^ {4}migrate:.*$/m,
  `    secrets: [canary, HANDED]
    migrate: { command: [/app, exit, "3", "$(CANARY)", "$(HANDED)", "password $(DATABASE_PASSWORD)", "url $(DATABASE_URL)", "the last line"] }`,
)

let home: Home
beforeAll(async () => {
  home = await openDatabaseHome('mysql', ['preview_10'], { 'shared-objects': 'Secret/canary' })
  await kubectl(['create', 'secret', 'generic', 'canary', '-n', home.namespace, `--from-literal=CANARY=${CANARY}`])
})
afterAll(() => home.end())

test('no secret of any kind is in anything that a run says, whatever fails', async () => {
  const { number, sha } = home.open('canary/<!channel>', { [CONFIG]: config })
  await home.build('app1', sha)
  const { slack } = home
  const bot = { 'slack-webhook-url': '', 'slack-token': slack.botToken, 'slack-channel': slack.channel }
  const aws = {
    AWS_ACCESS_KEY_ID: 'AKIACANARYCANARYCANA',
    AWS_SECRET_ACCESS_KEY: 'canary0secret1access2key3of4the5environment',
  }
  const told = await home.on('opened', number, {
    inputs: { ...bot, secrets: `HANDED=${HANDED}`, 'slack-api-url': slack.apiUrl },
    env: aws,
  })
  const [url = ''] = Object.values(await databaseUrls(home))
  const known = [
    CANARY,
    HANDED,
    url,
    decodeURIComponent(new URL(url).password),
    aws.AWS_SECRET_ACCESS_KEY,
    slack.botToken,
  ]
  expect(told.outputs.result, told.log).toContain('MigrationFailed')
  const reached = found(home, ['the last line'], told, number).join()
  for (const sink of ['summary', 'outputs', 'comments', 'slack']) expect(reached).toContain(`${sink}: the last line`)
  expect(slack.messages()).toHaveLength(1)
  expect(home.deployments()).toMatchObject([{ state: 'failure' }])
  // Of each kind: GitHub's token, its ID token, the role's session, the cluster's token, the database's password.
  expect(told.masks.length).toBeGreaterThan(6)
  expect(found(home, [...told.masks, ...known], told, number)).toEqual([])

  slack.faults({ path: /^\/services\//, times: 3 }, { reset: true })
  home.close(number)
  const untold = await home.on('closed', number)
  expect(untold).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(untold.log).toContain('the Slack message could not be written')
  const webhook = [slack.webhookUrl, new URL(slack.webhookUrl).pathname]
  expect(untold.masks).toEqual(expect.arrayContaining(webhook.flatMap((form) => [form, encodeURIComponent(form)])))
  expect(found(home, [...untold.masks, ...known, ...webhook], untold, number)).toEqual([])
  expect(slack.violations()).toEqual([])
})
