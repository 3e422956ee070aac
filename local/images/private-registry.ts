import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openAsBlob } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached, hashOf } from '../install/cache.ts'
import { unpacked, unpackPackages } from '../install/debian.ts'
import type { Progress } from '../install/progress.ts'
import { freePort } from '../stack/ports.ts'
import type { StatePaths } from '../stack/state.ts'
import { until } from '../stack/until.ts'
import { type Descriptor, MANIFEST } from './image-archive.ts'

const run = promisify(execFile)

/** A registry that gives nothing to whoever has no password. */
export type PrivateRegistry = {
  /** Stands for it in image names; nodes know how to reach it. */
  host: string
  /** Uploads the image of an archive; what the archive does not hold must be in one of `bases`. */
  push(repository: string, tag: string, archive: string, bases?: string[]): Promise<void>
  /** The content of a Secret `kubernetes.io/dockerconfigjson`: of the user, or of one with another password. */
  dockerConfig(password?: string): string
  close(): Promise<void>
}

const USER = 'reader'

/** The path of the program, which is Debian's. */
export const buildRegistry = async (progress: Progress): Promise<string> => {
  const folder = await cached('docker-registry', await hashOf([], 'docker-registry'), (unfinished) =>
    progress.step('fetching a registry for images', async () => {
      const packages = join(unfinished, 'packages')
      await unpackPackages(packages, 'docker-registry')
      await copyFile(unpacked(packages, 'usr/bin/docker-registry'), join(unfinished, 'docker-registry'))
      await rm(packages, { recursive: true })
    }),
  )
  return join(folder, 'docker-registry')
}

/** Starts one inside the stack whose nodes are `state`'s. `host` must be nobody else's. */
export const startPrivateRegistry = async (
  program: string,
  state: Pick<StatePaths, 'registries'>,
  host: string,
  password: string,
): Promise<PrivateRegistry> => {
  const folder = await mkdtemp(join(os.tmpdir(), 'registry-'))
  const address = `127.0.0.1:${await freePort(5000)}`
  const settings = {
    REGISTRY_HTTP_ADDR: address,
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: join(folder, 'data'),
    REGISTRY_AUTH: 'htpasswd',
    REGISTRY_AUTH_HTPASSWD_REALM: host,
    REGISTRY_AUTH_HTPASSWD_PATH: join(folder, 'htpasswd'),
    REGISTRY_LOG_LEVEL: 'error',
  }
  await writeFile(join(folder, 'config.yml'), 'version: 0.1\nstorage: { filesystem: {} }\n')
  await writeFile(settings.REGISTRY_AUTH_HTPASSWD_PATH, `${USER}:${await bcrypt(password)}\n`)
  const server = spawn(program, ['serve', join(folder, 'config.yml')], { env: settings, stdio: 'ignore' })
  const ended = once(server, 'exit')
  const authorization = `Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`
  const ask = async (
    method: string,
    url: URL,
    wanted: number[],
    body?: string | Blob,
    type = 'application/octet-stream',
  ) => {
    const headers = { authorization, ...(body !== undefined && { 'content-type': type }) }
    const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
    if (wanted.includes(answer.status)) return answer
    throw new Error(`the registry answered ${method} ${url.pathname} with ${answer.status}: ${await answer.text()}`)
  }
  const base = new URL(`http://${address}/v2/`)
  await until('the registry', 10, async () => (await ask('GET', base, [200])).ok)

  // Where the nodes find it. The name is not in any DNS, and is asked without TLS, which the runtime does of loopback alone.
  await mkdir(join(state.registries, host), { recursive: true })
  await writeFile(
    join(state.registries, host, 'hosts.toml'),
    `server = "http://${address}"\n[host."http://${address}"]\n  capabilities = ["pull", "resolve"]\n`,
  )

  const push: PrivateRegistry['push'] = async (repository, tag, archive, bases = []) => {
    const layout = await mkdtemp(join(folder, 'push-'))
    for (const each of [...bases, archive]) await run('tar', ['--extract', `--file=${each}`, `--directory=${layout}`])
    const json = async (path: string) => JSON.parse(await readFile(join(layout, path), 'utf8'))
    const pathOf = (digest: string) => join('blobs', digest.replace(':', '/'))
    const [{ digest }] = (await json('index.json')).manifests
    const manifest = await json(pathOf(digest))
    for (const blob of [...manifest.layers, manifest.config] as Descriptor[]) {
      const there = await ask('HEAD', new URL(`${repository}/blobs/${blob.digest}`, base), [200, 404])
      if (there.ok) continue
      const started = await ask('POST', new URL(`${repository}/blobs/uploads/`, base), [202])
      const upload = new URL(started.headers.get('location') ?? '', base)
      upload.searchParams.set('digest', blob.digest)
      await ask('PUT', upload, [201], await openAsBlob(join(layout, pathOf(blob.digest))))
    }
    const content = await readFile(join(layout, pathOf(digest)), 'utf8')
    await ask('PUT', new URL(`${repository}/manifests/${tag}`, base), [201], content, MANIFEST)
    await rm(layout, { recursive: true })
  }

  return {
    host,
    push,
    dockerConfig: (given = password) =>
      JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${USER}:${given}`).toString('base64') } } }),
    close: async () => {
      await rm(join(state.registries, host), { recursive: true })
      server.kill()
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

/** The one kind of password that the registry takes; Perl is on every Debian, and the C library knows the rest. */
const bcrypt = async (password: string): Promise<string> => {
  const salt = '$2b$04$abcdefghijklmnopqrstuu'
  const { stdout } = await run('perl', ['-e', 'print crypt($ENV{PASSWORD}, $ENV{SALT})'], {
    env: { PASSWORD: password, SALT: salt },
  })
  return stdout
}
