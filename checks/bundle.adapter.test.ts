import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cacheRoot } from '../local/install/cache.ts'
import { bundleChecks } from './bundle.ts'
import { parseSmokeResult } from './contract.ts'
import { smokeInput } from './testing/sample.ts'

let folder: string
let zip: Uint8Array

beforeAll(async () => {
  const { file } = await bundleChecks(cacheRoot(), 'x86_64', () => {})
  zip = new Uint8Array(await readFile(file))
  folder = await mkdtemp(path.join(tmpdir(), 'eks-preview-bundle-test-'))
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    await mkdir(path.join(folder, 'task', path.dirname(name)), { recursive: true })
    await writeFile(path.join(folder, 'task', name), content)
  }
  await mkdir(path.join(folder, 'tmp'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the zip is small', () => {
  expect(zip.byteLength).toBeLessThan(20_000_000)
})

test('it runs where only /tmp can be written, as in Lambda', async () => {
  const app = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
  await once(app, 'listening')
  const url = `http://localhost:${(app.address() as AddressInfo).port}`
  const event = {
    input: smokeInput({ apps: [{ name: 'app1', url, health: '/' }] }),
    execution: 'arn:aws:states:us-east-1:000000000000:execution:checks:run-1',
    attempt: 1,
    previous: null,
  }
  const script = `import { handler } from './task/handler.mjs'
    process.stdout.write(JSON.stringify(await handler(${JSON.stringify(event)})))
    process.exit()`
  await writeFile(path.join(folder, 'call.mjs'), script)
  const tmp = path.join(folder, 'tmp')
  const permissions = [
    '--permission',
    '--allow-fs-read=*',
    `--allow-fs-write=${tmp}`,
    '--allow-worker',
    '--allow-addons',
  ]
  const env = {
    TMPDIR: tmp,
    HOME: path.join(folder, 'no-home'),
    DOMAIN: 'localhost',
    REPORT_BUCKET: 'reports',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_MAX_ATTEMPTS: '1',
  }
  try {
    const call = [...permissions, path.join(folder, 'call.mjs')]
    const { stderr, stdout } = await promisify(execFile)(process.execPath, call, { cwd: folder, env, timeout: 50_000 })
    // There is no S3 behind that address: the verdict stands without its page, and the log says why there is none.
    expect(parseSmokeResult(JSON.parse(stdout))).toMatchObject({ ok: true, counts: { passed: 1 }, report: null })
    expect(stderr).toContain('Write the report to s3://reports/')
    expect(stderr).not.toContain('could not be created')
  } finally {
    app.close()
  }
})
