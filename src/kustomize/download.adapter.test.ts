import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { create } from 'tar'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { findKustomize } from './binary.ts'
import { downloadKustomize, type Release } from './download.ts'

const PROGRAM = '#!/bin/sh\necho v5.8.1\n'
const PLATFORM = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`

let server: Server
let folder: string
let archive: Buffer
let asked: string[]
let answer: (response: ServerResponse) => void
beforeAll(async () => {
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  folder = await mkdtemp(path.join(os.tmpdir(), 'download-'))
  await writeFile(path.join(folder, 'kustomize'), PROGRAM, { mode: 0o755 })
  archive = await buffer(create({ cwd: folder, gzip: true }, ['kustomize']))
  server = createServer(({ url = '' }, response) => {
    asked.push(url)
    answer(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

let cacheFolder: string
let release: Release
beforeEach(async () => {
  asked = []
  answer = (response) => response.end(archive)
  cacheFolder = await mkdtemp(path.join(folder, 'cache-'))
  const sha256 = createHash('sha256').update(archive).digest('hex')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/kustomize_v5.8.1`
  release = { version: '5.8.1', url, sha256: { [PLATFORM]: sha256 } }
})
const download = (options: { signal?: AbortSignal; timeout?: number } = {}) =>
  downloadKustomize({ cacheFolder, release, signal: new AbortController().signal, ...options })
const left = async () =>
  (await readdir(cacheFolder, { recursive: true })).filter((name) => !/kustomize(\/5.8.1)?$/.test(name))

test('is downloaded once, and can be run', async () => {
  const file = await download()
  expect(file).toBe(path.join(cacheFolder, 'kustomize', '5.8.1', PLATFORM, 'kustomize'))
  expect(await readFile(file, 'utf8')).toBe(PROGRAM)
  expect(await download()).toBe(file)
  expect(asked).toEqual([`/kustomize_v5.8.1_${PLATFORM}.tar.gz`])
})

test('two at once get the same', async () => {
  const [one, other] = await Promise.all([download(), download()])
  expect(one).toBe(other)
  expect(await left()).toEqual([`kustomize/5.8.1/${PLATFORM}`])
})

test.each<[name: string, act: (response: ServerResponse) => void, said: string]>([
  ['another archive', (response) => response.end(Buffer.concat([archive, Buffer.from('!')])), 'its checksum is'],
  [
    'half an archive',
    (response) =>
      response
        .writeHead(200, { 'content-length': archive.length })
        .write(archive.subarray(0, 9), () => response.destroy()),
    'could not be downloaded',
  ],
  ['no such release', (response) => response.writeHead(404).end(), 'it answered 404'],
  ['no end', (response) => endless(response), 'it is larger than 64 MiB'],
])('%s: nothing is left behind', async (_, act, said) => {
  answer = act
  await expect(download()).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining(said),
    object: expect.stringContaining('/kustomize_v5.8.1_'),
  })
  expect(await left()).toEqual([])
})
const endless = (response: ServerResponse): void => {
  if (response.write(Buffer.alloc(2 ** 20))) setImmediate(endless, response)
  else response.once('drain', () => endless(response))
}

test('no answer', async () => {
  answer = () => {}
  await expect(download({ timeout: 50 })).rejects.toThrow('could not be downloaded: not within 0.05 s')
})

test('nobody there', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  release = { ...release, url: `http://127.0.0.1:${port}/kustomize` }
  await expect(download()).rejects.toThrow(/could not be downloaded: .*ECONNREFUSED/)
})

test('a run that is cancelled', async () => {
  const cancel = new AbortController()
  answer = () => cancel.abort(new Error('the run was cancelled'))
  await expect(download({ signal: cancel.signal })).rejects.toThrow('the run was cancelled')
})

test('a platform without a release', async () => {
  release = { ...release, sha256: {} }
  await expect(download()).rejects.toThrow(`there is no kustomize for ${PLATFORM}`)
})

test('is what is used when the machine has none', async () => {
  const kustomize = await findKustomize('', download)
  expect(kustomize.version).toBe('kustomize v5.8.1')
})

test('when there is none at all, everything that was tried is said', async () => {
  answer = (response) => response.writeHead(503).end()
  await expect(findKustomize('', download)).rejects.toMatchObject({
    code: 'NotFound',
    message: 'neither kustomize nor kubectl is on the PATH, and kustomize could not be downloaded: it answered 503',
    hint: expect.stringContaining('install kustomize 5'),
  })
})
