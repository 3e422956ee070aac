import { afterAll, beforeAll, expect, test } from 'vitest'
import { files, type Home, openHome } from './home.ts'
import { refused } from './refusal.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

test('an image that is pushed late is waited for, which the pull request is told', async () => {
  const { number, sha } = home.open('image/late', files)
  const name = `app1:${sha.slice(0, 7)}`
  let pushing: Promise<void> | undefined
  let comment = ''
  let before: Promise<string[]> | undefined
  const onOutput = (line: string) => {
    if (!line.includes(`waiting for the image ${name}`)) return
    comment = home.comments(number)[0]?.body ?? ''
    before ??= home.dump()
    pushing ??= before.then(() => home.build('app1', sha))
  }
  const run = await home.on('opened', number, { onOutput })
  await pushing
  expect(run, run.log).toMatchObject({ exit: 0, leaks: [], outputs: { status: 'live' } })
  expect(comment).toMatch(new RegExp(`^⏸️ \\*\\*Waiting for the image ${name}`))
  // Nothing of the preview was there yet.
  expect((await before)?.filter((line) => line.includes('app1'))).toEqual([])
  const answer = await fetch(`${run.outputs.url}/healthz`)
  expect([answer.status, answer.headers.get('x-commit')]).toEqual([200, sha])

  const again = await home.on('synchronize', number)
  expect(again).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  expect(again.log).not.toContain('waiting for the image')
})

test('an image under the merge commit’s tag is named; what serves is left alone, the second time too', async () => {
  const { number, sha } = home.open('image/merge', files)
  await home.build('app1', sha)
  const first = await home.on('opened', number)
  expect(first).toMatchObject({ exit: 0, outputs: { status: 'live' } })

  const next = home.push(number, { ...files, 'README.md': 'x' })
  const merge = 'e'.repeat(40)
  await home.registry.push('app1', merge)
  const told = {
    step: 'Wait for the images',
    object: `app1:${next.slice(0, 7)}`,
    cause: `the tag ${merge} is: that is the merge commit`,
    next: 'tag the image with the head commit',
  }
  for (const action of ['synchronize', 'synchronize']) {
    await refused(home, told, () =>
      home.on(action, number, { inputs: { 'wait-for-images': '2s' }, env: { GITHUB_SHA: merge } }),
    )
    const [comment] = home.comments(number)
    expect(comment?.body).toMatch(/^❌ \*\*Not deployed: the image app1:\w{7} was not pushed within \d+ s/)
    expect(comment?.body).toContain(`last good ${sha.slice(0, 7)}`)
    const answer = await fetch(`${first.outputs.url}/healthz`)
    expect([answer.status, answer.headers.get('x-commit')]).toEqual([200, sha])
  }
  await home.registry.remove('app1', merge)
})
