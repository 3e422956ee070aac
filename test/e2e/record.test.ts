import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readRecord } from '../../src/cluster/record.ts'
import { recordName } from '../../src/names.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeAll(async () => {
  home = await scratch()
})
afterAll(() => home.close())
beforeEach(async () => {
  const found = await readRecord(home.cluster, home.namespace, home.environment)
  if (found !== undefined) await home.cluster.delete(recordRef(), { uid: found.uid })
})

const recordRef = () => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: home.namespace,
  name: recordName(home.environment),
})
const stored = async () => (await readRecord(home.cluster, home.namespace, home.environment))?.record

describe('claiming', () => {
  test('an environment nobody has begins at generation 1', async () => {
    const mine = await home.claim(1)
    expect(mine).toMatchObject({ generation: 1, fence: undefined })
    expect(await stored()).toMatchObject({
      owner: { branch: 'feature/🍣-login', repositoryId: 7 },
      phase: 'Applying',
      holder: { run: '1' },
      sha: 'sha-1',
    })
    const live = await home.cluster.get(recordRef())
    expect(live?.metadata.labels).toEqual({ 'eks-preview/record': home.environment.id })
  })

  test('of many at once each gets a generation of its own, and only the newest still holds it', async () => {
    const claims = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((number) => home.claim(number)))
    expect(claims.map(({ generation }) => generation).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const ends = await Promise.allSettled(claims.map((one) => one.update({ report: `of ${one.generation}` })))
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await stored()).toMatchObject({ generation: 8 })
  })

  test('who takes over after a clean release has nobody to fence off, after any other end it has', async () => {
    await (await home.claim(1)).release({ phase: 'Live' })
    expect((await home.claim(2)).fence).toBeUndefined()
    const third = await home.claim(3)
    expect(third.fence).toBe(3)
    await third.release({ phase: 'Failed' })
    expect((await home.claim(4)).fence).toBe(3)
  })

  test('a record of another branch is an error that names it', async () => {
    await home.claim(1)
    const live = await home.cluster.get(recordRef())
    const json = (live?.data?.record ?? '').replace('feature/🍣-login', 'main')
    if (live) await home.cluster.replace({ ...live, data: { record: json } })
    await expect(home.claim(2)).rejects.toMatchObject({
      code: 'OwnedByOther',
      message: expect.stringContaining('main of acme/shop'),
    })
  })
})

describe('holding', () => {
  test('the older run is told who took over, whatever it tries', async () => {
    const older = await home.claim(1)
    await home.claim(2)
    const superseded = { code: 'Superseded', message: expect.stringContaining('/runs/2') }
    for (const attempt of [older.confirm, () => older.update({}), () => older.release({}), older.remove])
      await expect(attempt()).rejects.toMatchObject(superseded)
    expect(await stored()).toMatchObject({ generation: 2, released: false })
  })

  test('several changes of one run at once all arrive', async () => {
    const mine = await home.claim(1)
    await Promise.all([
      mine.update({ hosts: ['a.test'] }),
      mine.update({ report: 'r' }),
      mine.update({ deployment: 5 }),
    ])
    expect(await stored()).toMatchObject({ hosts: ['a.test'], deployment: 5 })
  })

  test('a run whose record was deleted stops, also when there is a new life', async () => {
    const mine = await home.claim(1)
    await home.cluster.delete(recordRef(), { uid: mine.uid })
    await expect(mine.confirm()).rejects.toMatchObject({ code: 'Superseded' })
    const next = await home.claim(2)
    expect(next.generation).toBe(1)
    await expect(mine.update({})).rejects.toMatchObject({ code: 'Superseded' })
    await expect(mine.remove()).rejects.toMatchObject({ code: 'Superseded' })
    expect((await stored())?.holder.run).toBe('2')
  })
})

test('given back, it is as if nobody had come', async () => {
  const live = await home.claim(1)
  await live.release({ phase: 'Live' })
  const before = await stored()
  await (await home.claim(2)).giveBack()
  const { sha, phase, released, history } = before ?? {}
  expect(await stored()).toMatchObject({ generation: 2, sha, phase, released, history })
})

describe('a removal', () => {
  test('is awaited by who wants to build', async () => {
    const removal = await home.claim(1, 'Terminating')
    const next = home.claim(2)
    await removal.remove()
    expect(await next).toMatchObject({ generation: 1, record: { phase: 'Applying', sha: 'sha-2' } })
  })

  test('that gave up is handed to who wants to build, to be finished first', async () => {
    await (await home.claim(1, 'Terminating')).release({})
    const next = await home.claim(2)
    expect(next.record.phase).toBe('Terminating')
    await next.remove()
    expect(await stored()).toBeUndefined()
  })
})
