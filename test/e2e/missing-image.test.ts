import { afterAll, beforeAll, expect, test } from 'vitest'
import { files, type Home, openHome } from './home.ts'
import { registryThatSays } from './registry.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

const errorOf = (annotations: { level: string; title?: string; message: string }[]) =>
  annotations.find(({ level }) => level === 'error')

test('an image that was never built fails with its name; the version before goes on serving', async () => {
  const { number, sha } = home.open('image/update', files)
  await home.build('app1', sha)
  const first = await home.on('opened', number)
  expect(first).toMatchObject({ exit: 0, outputs: { status: 'live' } })

  const unbuilt = home.push(number, { ...files, 'README.md': 'x' })
  await using registry = await registryThatSays(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
  const images = `app1=${registry.host}/app1:${unbuilt}`
  const run = await home.on('synchronize', number, { inputs: { images } })
  expect(run).toMatchObject({ exit: 1, leaks: [], outputs: { status: 'failed', url: first.outputs.url } })
  const error = errorOf(run.annotations)
  expect(error?.title).toContain('Image not found (app1)')
  expect(error?.message).toContain(`app1:${unbuilt}`)
  expect(run.summary).toContain('What to do next')
  const answer = await fetch(`${first.outputs.url}/healthz`)
  expect([answer.status, answer.headers.get('x-commit')]).toEqual([200, sha])
  const [comment] = home.comments(number)
  expect(comment?.body).toMatch(/^❌ \*\*Not deployed: image not found \(app1\)/)
  expect(comment?.body).toContain(`last good ${sha.slice(0, 7)}`)

  await home.build('app1', unbuilt)
  expect(await home.on('synchronize', number)).toMatchObject({ exit: 0, outputs: { status: 'live' } })
})
