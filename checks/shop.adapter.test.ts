import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSmokeResult, type SmokeInput, type SmokeResult } from './contract.ts'
import { outputOf } from './testing/execution.ts'
import { smokeInput } from './testing/sample.ts'
import { SHOP_CHECKS, type ShopParts } from './testing/shop.ts'
import { ENGINES, type Engine, OTHER_BUCKET, openShopWorld, type ShopWorld } from './testing/shop-world.ts'

let world: ShopWorld
// It builds the function, starts two servers and deploys twice, which a busy machine takes minutes for.
beforeAll(async () => {
  world = await openShopWorld()
}, 300_000)
afterAll(() => world?.close())

const check = async (engine: Engine, change: Partial<SmokeInput> = {}): Promise<SmokeResult> => {
  const commit = { header: 'x-commit' }
  const checks = Object.entries(SHOP_CHECKS).map(([kind, rest]) => ({ ...rest, app: 'app1', name: kind, kind }))
  const both = [world.shop, world.other]
  const apps = both.map(({ url }, at) => ({ name: `app${at + 1}`, url, health: '/healthz', commit }))
  const input = smokeInput({ apps, checks, database: { engine, name: 'preview_01' }, attempts: 1, ...change })
  return parseSmokeResult(await outputOf(world.aws, world.deployed[engine].stateMachineArn, input))
}

const failed = ({ cases }: SmokeResult) => cases.filter(({ status }) => status === 'failed').map(({ name }) => name)
const words = ({ cases }: SmokeResult, name: string) => cases.find((each) => each.name === name)?.message

describe.each(ENGINES)('with %s', (engine) => {
  beforeAll(() => {
    world.shop.parts = world.whole(engine)
  })

  test('a whole app passes everything', async () => {
    const result = await check(engine)
    expect(result.cases.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(result).toMatchObject({ ok: true, commitVerified: true, counts: { passed: 9 } })
    expect(words(result, 'write')).toBe('POST /items answered 201, then the row was in items of preview_01')
    expect(words(result, 'call')).toMatch(
      /^POST \/checkout answered 202, then app2: GET \/orders\/check-\w+ answered 200$/,
    )
  })

  test('a wrong database is named by the write', async () => {
    world.shop.parts = { ...world.whole(engine), insertItem: world.insertInto(engine, 'preview_02') }
    const result = await check(engine)
    expect(failed(result)).toEqual(['write'])
    expect(words(result, 'write')).toMatch(
      /^POST \/items answered 201, but there is no row in items of preview_01 where name = "check-\w+": the app writes into another database, or not at all$/,
    )
    world.shop.parts = world.whole(engine)
  })
})

describe('each break is named by its check, and by no other', () => {
  const breaks: Record<string, [Partial<ShopParts> | (() => Partial<ShopParts>), string[], string, RegExp]> = {
    'a dead queue': [
      () => {
        world.worker.isOn = false
        return {}
      },
      ['queue'],
      'queue',
      /^GET \/jobs\/id-\w+ answered 200 with "queued" at state, "done" was expected \(asked for 8 s\); in queue jobs 1 message waits and none is being worked on$/,
    ],
    'a wrong bucket': [
      () => ({ storeFile: world.storeIn(OTHER_BUCKET) }),
      ['storage'],
      'storage',
      /^POST \/files answered 201, but there is no files\/check-\w+ in bucket uploads \(acme-preview-uploads\): the app stores into another bucket/,
    ],
    'a login that is down': [
      { logins: false },
      ['login'],
      'login',
      /^POST \/login answered 503, success \(2xx\) was expected$/,
    ],
    'an old commit': [
      { commit: 'f'.repeat(40) },
      ['serves this commit'],
      'serves this commit',
      /^GET \/healthz shows commit ffffffffffff, not 9f1c2a7b04de: another version answers$/,
    ],
    'another app that cannot be reached': [
      { otherApp: 'http://127.0.0.1:1' },
      ['call'],
      'call',
      /^POST \/checkout answered 502, 202 was expected$/,
    ],
  }
  test.each(Object.entries(breaks))('%s', async (_, [broken, names, name, message]) => {
    world.shop.parts = { ...world.whole('mysql'), ...(typeof broken === 'function' ? broken() : broken) }
    try {
      const result = await check('mysql')
      expect(failed(result)).toEqual(names)
      expect(result.cases.find((each) => each.name === name)?.message).toMatch(message)
    } finally {
      world.worker.isOn = true
      world.shop.parts = world.whole('mysql')
    }
  })

  test('what is behind a login that fails is not asked, and says so', async () => {
    world.shop.parts = { ...world.whole('mysql'), logins: false }
    const result = await check('mysql')
    world.shop.parts = world.whole('mysql')
    expect(result.counts).toEqual({ passed: 4, failed: 1, skipped: 4, flaky: 0 })
    expect(words(result, 'write')).toBe('not asked, because the login of app1 failed')
  })
})

test('what flaps passes on attempt 3, is marked, and the page shows all three; the login is not a case again', async () => {
  let count = 0
  const whole = world.whole('mysql')
  const insertItem = async (name: string) => {
    if (++count < 3) throw new Error('deadlock, try again')
    await whole.insertItem(name)
  }
  world.shop.parts = { ...whole, insertItem }
  const result = await check('mysql', { attempts: 3 })
  world.shop.parts = whole
  expect(result).toMatchObject({ ok: true, counts: { passed: 9, failed: 0, flaky: 1 } })
  expect(result.cases.find(({ name }) => name === 'write')).toMatchObject({ status: 'passed', attempts: 3 })
  expect(result.cases.find(({ name }) => name === 'login')).toMatchObject({ attempts: 1 })
  const { bucket = '', key = '' } = result.report ?? {}
  const [page, json] = await Promise.all([key, key.replace('.html', '.json')].map((file) => world.read(bucket, file)))
  for (const part of ['Attempt 3', 'deadlock, try again', 'POST</b> http://localhost', '&quot;name&quot;:&quot;check-'])
    expect(page).toContain(part)
  const { exchanges } = JSON.parse(json ?? '')
  const writes = exchanges.filter((each: { name: string }) => each.name === 'write')
  expect(writes.map((each: { attempt: number }) => each.attempt)).toEqual([1, 2, 3])
  const { password } = await world.leaseOf('mysql', 'preview_01')
  for (const secret of [password, 'correct horse battery', 'token-of-the-shop', 'session-of-the-shop']) {
    expect(page).not.toContain(secret)
    expect(json).not.toContain(secret)
  }
})

test('a database that was leased to another preview meanwhile is not looked into', async () => {
  const lease = await world.leaseOf('mysql', 'preview_01')
  await world.changeLease('mysql', { ...lease, environment: 'b'.repeat(32) })
  const result = await check('mysql')
  await world.changeLease('mysql', lease)
  expect(failed(result)).toEqual(['write'])
  expect(words(result, 'write')).toBe('the database preview_01 belongs to another preview now')
})

test('a queue or bucket that the install does not name is not looked at', async () => {
  const checks = [
    { app: 'app1', name: 'login', kind: 'login', ...SHOP_CHECKS.login },
    { app: 'app1', name: 'queue', kind: 'queue', ...SHOP_CHECKS.queue, queue: 'acme-preview-jobs' },
    { app: 'app1', name: 'arn', kind: 'queue', ...SHOP_CHECKS.queue, queue: 'arn:aws:sqs:us-east-1:1:x' },
    {
      app: 'app1',
      name: 'storage',
      kind: 'storage',
      ...SHOP_CHECKS.storage,
      object: { bucket: 'constructor', key: '{marker}' },
    },
  ]
  const result = await check('mysql', { checks })
  expect(failed(result)).toEqual(['queue', 'arn', 'storage'])
  expect(words(result, 'queue')).toContain('the checks may not look at a queue acme-preview-jobs')
  expect(words(result, 'arn')).toContain('These checks do not understand it: queue: a name of the install')
  expect(words(result, 'storage')).toContain('the checks may not look into a bucket constructor')
})
