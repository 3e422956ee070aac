import { afterAll, beforeAll, expect, test } from 'vitest'
import { files, type Home, openHome } from './home.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

const inputs = { 'wait-timeout': '60s' }
const errorOf = (annotations: { level: string; title?: string; message: string }[]) =>
  annotations.find(({ level }) => level === 'error')

test('an image that was never built fails with its name; the version before goes on serving', async () => {
  const { number, sha } = home.open('image/update', files)
  await home.build('app1', sha)
  const first = await home.on('opened', number, { inputs })
  expect(first).toMatchObject({ exit: 0, outputs: { status: 'live' } })

  const unbuilt = home.push(number, { ...files, 'README.md': 'x' })
  const run = await home.on('synchronize', number, { inputs })
  expect(run).toMatchObject({ exit: 1, leaks: [], outputs: { status: 'failed', url: first.outputs.url } })
  const error = errorOf(run.annotations)
  // Nobody answers for the registry here; where one says that there is no such image, it fails within seconds.
  expect(error?.title).toBe('It took too long: Wait until ready')
  expect(error?.message).toContain(`app1:${unbuilt}`)
  expect(run.summary).toContain('What to do next')
  const answer = await fetch(`${first.outputs.url}/healthz`)
  expect([answer.status, answer.headers.get('x-commit')]).toEqual([200, sha])
  const [comment] = home.comments(number)
  expect(comment?.body).toMatch(/^❌ \*\*Not deployed: /)
  expect(comment?.body).toContain(`last good ${sha.slice(0, 7)}`)

  await home.build('app1', unbuilt)
  expect(await home.on('synchronize', number, { inputs })).toMatchObject({ exit: 0, outputs: { status: 'live' } })
})
