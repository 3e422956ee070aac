import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type RunOptions, runAction } from './run-action.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

type Fixture = { main: string; post?: string; inputs?: string }

const write = async ({ main, post, inputs = '{}' }: Fixture) => {
  const actionDir = await mkdtemp(path.join(os.tmpdir(), 'fixture-action-'))
  folders.push(actionDir)
  const runs = `{ using: node24, main: main.mjs${post === undefined ? '' : ', post: post.mjs'} }`
  await writeFile(path.join(actionDir, 'action.yml'), `name: fixture\ninputs: ${inputs}\nruns: ${runs}\n`)
  await writeFile(path.join(actionDir, 'main.mjs'), main)
  if (post !== undefined) await writeFile(path.join(actionDir, 'post.mjs'), post)
  return actionDir
}

const run = async (fixture: Fixture, options: Partial<RunOptions> = {}) =>
  runAction({ actionDir: await write(fixture), eventName: 'push', event: {}, ...options })

const append = (file: string, text: string) =>
  `await (await import('node:fs/promises')).appendFile(process.env.${file}, ${JSON.stringify(text)});`

describe('what the action is given', () => {
  const PRINT = 'console.log(JSON.stringify(process.env))'
  const seen = async (fixture: Partial<Fixture>, options: Partial<RunOptions> = {}) => {
    const result = await run({ main: PRINT, ...fixture }, options)
    return { result, env: JSON.parse(result.rawLog) as Record<string, string> }
  }

  test('declared inputs with their defaults, names upper-cased', async () => {
    const inputs =
      '{ some name: { default: a }, dashed-name: { default: 7 }, empty: {}, bare: , given: { default: x } }'
    const { env } = await seen({ inputs }, { inputs: { Given: 'y' } })
    const given = Object.entries(env).filter(([name]) => name.startsWith('INPUT_'))
    expect(Object.fromEntries(given)).toEqual({
      INPUT_SOME_NAME: 'a',
      'INPUT_DASHED-NAME': '7',
      INPUT_EMPTY: '',
      INPUT_BARE: '',
      INPUT_GIVEN: 'y',
    })
  })

  test('undeclared inputs too, with the warning GitHub shows', async () => {
    const { result } = await seen(
      { main: 'console.log(JSON.stringify({ it: process.env.INPUT_TYPO }))', inputs: '{ a: {}, b: {} }' },
      { inputs: { typo: '1' } },
    )
    expect(result.rawLog).toBe('{"it":"1"}')
    expect(result.annotations).toEqual([
      { level: 'warning', message: "Unexpected input(s) 'typo', valid inputs are ['a', 'b']" },
    ])
  })

  test('the job token, where a default asks for it, never shown', async () => {
    const { result, env } = await seen(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's, not of ours
      { inputs: '{ github-token: { default: "${{ github.token }}" } }' },
      { token: 'ghs_secret' },
    )
    expect(env['INPUT_GITHUB-TOKEN']).toBe('ghs_secret')
    expect(result.log).not.toContain('ghs_secret')
    expect(result.leaks).toEqual(['ghs_secret'])
  })

  test('nothing of this process but PATH', async () => {
    process.env.EKS_PREVIEW_CANARY = 'from outside'
    const { env } = await seen({}, { env: { MINE: '1' } })
    delete process.env.EKS_PREVIEW_CANARY
    expect(env).not.toHaveProperty('EKS_PREVIEW_CANARY')
    expect(env).toMatchObject({ MINE: '1', PATH: process.env.PATH, GITHUB_ACTIONS: 'true', RUNNER_OS: 'Linux' })
  })

  test('the event as a file, an empty workspace as working folder, a temp folder', async () => {
    const main = `import fs from 'node:fs'
      console.log(fs.readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8'))
      console.log(process.cwd() === process.env.GITHUB_WORKSPACE, fs.readdirSync('.').length, fs.statSync(process.env.RUNNER_TEMP).isDirectory())`
    const { log } = await run({ main }, { event: { action: 'opened' } })
    expect(log.split('\n')).toEqual(['{"action":"opened"}', 'true 0 true'])
  })
})

describe('what comes back', () => {
  test('outputs, state into post, env into post, summary, exit code', async () => {
    const main = [
      append('GITHUB_OUTPUT', 'url=http://x\nmany<<E\n1\n2\nE\n'),
      append('GITHUB_STATE', 'id=42\n'),
      append('GITHUB_ENV', 'LATER=yes\n'),
      append('GITHUB_STEP_SUMMARY', '# done\n'),
      'process.exitCode = 3',
    ].join('\n')
    const post = 'console.log(process.env.STATE_id, process.env.LATER); process.exit(4)'
    const result = await run({ main, post })
    expect(result).toMatchObject({
      exit: 3,
      signal: null,
      outputs: { url: 'http://x', many: '1\n2' },
      state: { id: '42' },
      summary: '# done\n',
      post: { exit: 4, log: '42 yes' },
    })
  })

  test('commands from stdout and stderr, groups, masks, and a leak before its mask', async () => {
    const main = `console.log('::group::Apply'); console.log('s3cret'); console.log('::endgroup::')
      console.log('::add-mask::s3cret'); console.log('quiet s3cret'); console.error('::error file=a.yaml,line=2::no'); console.log('a\\r::notice::after a lone CR')`
    const result = await run({ main })
    expect(result.groups).toEqual([{ title: 'Apply', lines: ['s3cret'] }])
    expect(result.log).toContain('quiet ***')
    expect(result).toMatchObject({ masks: ['s3cret'], leaks: ['s3cret'] })
    expect(result.annotations).toContainEqual({ level: 'error', message: 'no', file: 'a.yaml', line: 2 })
    expect(result.annotations).toContainEqual({ level: 'notice', message: 'after a lone CR' })
  })

  test('a command file the runner cannot read fails loudly', async () => {
    const result = await run({ main: append('GITHUB_OUTPUT', 'a<<E\nnever ends\n') })
    expect(result.annotations).toMatchObject([
      { level: 'error', message: expect.stringContaining("delimiter not found 'E'") },
    ])
  })

  test('every shown line as it comes', async () => {
    const lines: string[] = []
    await run({ main: "console.log('one'); console.log('::group::two')" }, { onOutput: (line) => lines.push(line) })
    expect(lines).toEqual(['one', '##[group]two'])
  })
})

describe('cancel', () => {
  const LISTEN = (signals: string[]) =>
    `${signals.map((signal) => `process.on('${signal}', () => console.log('got ${signal}'))`).join('\n')}
     setInterval(() => {}, 1000); console.log('ready')`
  const ready = (log: string) => log.includes('ready')
  const cancelled = (main: string) => run({ main, post: "console.log('cleaned')" }, { cancelAfter: ready })

  test('SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL of the tree; post still runs', async () => {
    const dying = "process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 1000); console.log('ready')"
    const [polite, deaf, stubborn] = await Promise.all([
      cancelled(dying),
      cancelled(LISTEN(['SIGINT'])),
      cancelled(LISTEN(['SIGINT', 'SIGTERM'])),
    ])
    expect(polite).toMatchObject({ exit: 130, signal: null, signals: ['SIGINT'] })
    expect(deaf).toMatchObject({ exit: null, signal: 'SIGTERM', signals: ['SIGINT', 'SIGTERM'] })
    expect(stubborn).toMatchObject({ signal: 'SIGKILL', signals: ['SIGINT', 'SIGTERM', 'SIGKILL'] })
    expect(stubborn.log.split('\n')).toEqual(['ready', 'got SIGINT', 'got SIGTERM'])
    for (const { post } of [polite, deaf, stubborn]) expect(post?.log).toBe('cleaned')
  })

  test('after a time', async () => {
    expect(await run({ main: 'setInterval(() => {}, 1000)' }, { cancelAfter: 50 })).toMatchObject({ signal: 'SIGINT' })
  })

  test('the time limit kills children too', async () => {
    const main = `import { spawn } from 'node:child_process'
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
      setInterval(() => {}, 1000)`
    expect(await run({ main }, { timeout: 300 })).toMatchObject({ signal: 'SIGKILL', timedOut: true })
  })
})

describe('an action that cannot run', () => {
  test.each([
    ['name: x\nruns: { using: docker, main: a }\n', /is not a node24 action: .*using/s],
    ['runs: { using: node24, main: a }\n', /is not a node24 action: .*name/s],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's, not of ours
      'name: x\ninputs: { a: { default: "${{ github.sha }}" } }\nruns: { using: node24, main: a }\n',
      /input a: .*github\.sha/,
    ],
  ])('%j', async (yaml, message) => {
    const actionDir = await write({ main: '' })
    await writeFile(path.join(actionDir, 'action.yml'), yaml)
    await expect(runAction({ actionDir, eventName: 'push', event: {} })).rejects.toThrow(message)
  })

  test('a missing file ends with the exit code of node', async () => {
    const actionDir = await write({ main: '' })
    await rm(path.join(actionDir, 'main.mjs'))
    const result = await runAction({ actionDir, eventName: 'push', event: {} })
    expect(result.exit).toBe(1)
    expect(result.log).toContain('main.mjs')
  })

  test('no such node', async () => {
    await expect(run({ main: '' }, { node: '/no/such/node' })).rejects.toThrow('cannot start /no/such/node')
  })
})
