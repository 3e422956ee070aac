import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONFIG, files, type Home, openHome } from './home.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

const one = files[CONFIG] ?? ''
const two = one + one.split('\n').slice(1).join('\n').replaceAll('app1', 'app2')
const ours = async (app: string) => [
  ...(await home.dump()).filter((line) => line.includes(`${app}-`)),
  ...(await home.records()).filter(({ Name }) => Name?.includes(`-${app}.`)).map(({ Name, Type }) => `${Type} ${Name}`),
]

test('an app that a push drops goes with its objects and its records; the other one stays as it is', async () => {
  const { number, sha } = home.open('dropped/app2', { [CONFIG]: two })
  for (const app of ['app1', 'app2']) await home.build(app, sha)
  const both = await home.on('opened', number)
  expect(both, both.log).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(await ours('app2')).not.toEqual([])

  const next = home.push(number, { [CONFIG]: one })
  await home.build('app1', next)
  const run = await home.on('synchronize', number)
  expect(run, run.log).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect((await home.records()).filter(({ Name }) => Name?.includes('-app2.'))).toEqual([])
  expect(run.log).toContain('DNS records of')

  // What its last pods still read went not before them.
  expect(await home.on('synchronize', number)).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(await ours('app2')).toEqual([])
  expect(await ours('app1')).not.toEqual([])

  home.close(number)
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  expect(await home.records()).toEqual([])
})
