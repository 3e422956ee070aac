import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { postgresFolder } from '../install/packages.ts'
import type { ImageConfig } from './image-archive.ts'

export type Recipe = {
  ref: string
  /** Debian's, beside busybox: every image has a shell. */
  packages: string[]
  /** Whose content is in the image, of this repository. */
  sources: string[]
  /** What else decides what comes out. */
  version: () => Promise<string>
  /** Puts everything into `root` but shared libraries; returns the paths in it of the programs that need some. */
  fill: (root: string, packages: string) => Promise<string[]>
  config: ImageConfig
}

const LIBRARY = 'public.ecr.aws/docker/library'
const node = join(import.meta.dirname, '../../node_modules/node')
const source = (name: string): string => join(import.meta.dirname, name)
const ENTRYPOINT = 'usr/local/bin/docker-entrypoint.sh'

export const recipes = {
  node: {
    ref: `${LIBRARY}/node:24`,
    packages: [],
    sources: [],
    version: () => readFile(join(node, 'package.json'), 'utf8'),
    fill: async (root) => {
      await addUsers(root, { node: 1000 })
      return [await add(root, join(node, 'bin/node'), 'usr/local/bin/node')]
    },
    config: { Entrypoint: [], Cmd: ['node'] },
  },
  nginx: {
    ref: `${LIBRARY}/nginx:1.22`,
    packages: ['nginx', 'nginx-common'],
    sources: [source('nginx/nginx.conf'), source('nginx/default.conf')],
    version: async () => '',
    fill: async (root, packages) => {
      // When no user is named, its own default is nobody, with a group of that name.
      await addUsers(root, { nginx: 101, nobody: 65534 })
      for (const path of ['etc/nginx/mime.types', 'usr/share/nginx/html']) await add(root, join(packages, path), path)
      await add(root, source('nginx/nginx.conf'), 'etc/nginx/nginx.conf')
      await add(root, source('nginx/default.conf'), 'etc/nginx/conf.d/default.conf')
      await addFolders(root, { run: 0o755, 'var/lib/nginx': 0o1777, 'var/log/nginx': 0o755 })
      await symlink('/dev/stdout', join(root, 'var/log/nginx/access.log'))
      await symlink('/dev/stderr', join(root, 'var/log/nginx/error.log'))
      return [await add(root, join(packages, 'usr/sbin/nginx'), 'usr/sbin/nginx')]
    },
    config: {
      Entrypoint: [],
      Cmd: ['nginx', '-g', 'daemon off;'],
      ExposedPorts: { '80/tcp': {} },
      StopSignal: 'SIGQUIT',
    },
  },
  redis: {
    ref: `${LIBRARY}/redis:7.0`,
    packages: ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1'],
    sources: [source('redis/entrypoint.sh')],
    version: async () => '',
    fill: async (root, packages) => {
      await addUsers(root, { redis: 999 })
      await addFolders(root, { data: 0o1777 })
      await addEntrypoint(root, 'redis')
      const [server, client] = ['usr/bin/redis-server', 'usr/bin/redis-cli']
      return [await add(root, join(packages, server), server), await add(root, join(packages, client), client)]
    },
    config: {
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['redis-server'],
      User: '999:999',
      WorkingDir: '/data',
      ExposedPorts: { '6379/tcp': {} },
    },
  },
  postgres: {
    ref: `${LIBRARY}/postgres:15`,
    // The one that the stack's own server is of: it is on this machine.
    packages: [],
    sources: [source('postgres/entrypoint.sh')],
    version: async () => postgresFolder() ?? '',
    fill: async (root) => {
      await addUsers(root, { postgres: 999 })
      await addFolders(root, { 'var/lib/postgresql': 0o1777 })
      await addEntrypoint(root, 'postgres')
      const programs = postgresFolder() ?? ''
      const version = dirname(programs)
      // Without the just-in-time compiler, which is larger than all the rest.
      const needed = (path: string) => !/\/(bitcode|pgxs|llvmjit)/.test(path)
      await cp(join(version, 'lib'), join(root, version, 'lib'), { recursive: true, filter: needed })
      for (const path of [version.replace('/lib/', '/share/'), '/usr/share/zoneinfo', '/usr/lib/locale/C.utf8'])
        await cp(path, join(root, path), { recursive: true, verbatimSymlinks: true })
      await mkdir(join(root, 'usr/local/bin'), { recursive: true })
      const names = ['postgres', 'initdb', 'pg_ctl', 'pg_isready', 'psql', 'pg_dump']
      for (const name of names) await symlink(join(programs, name), join(root, 'usr/local/bin', name))
      return Promise.all(names.map((name) => add(root, join(programs, name), join(programs, name))))
    },
    config: {
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['postgres'],
      Env: ['PGDATA=/var/lib/postgresql/data'],
      User: '999:999',
      ExposedPorts: { '5432/tcp': {} },
      // Ends sessions instead of waiting for them.
      StopSignal: 'SIGINT',
    },
  },
} satisfies Record<string, Recipe>

/** Copies a file or folder to a path in `root`, which it returns. */
const add = async (root: string, from: string, path: string): Promise<string> => {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await cp(from, join(root, path), { recursive: true, dereference: true })
  return path
}

const addEntrypoint = async (root: string, name: string): Promise<void> => {
  await add(root, source(`${name}/entrypoint.sh`), ENTRYPOINT)
  await chmod(join(root, ENTRYPOINT), 0o755)
}

const addFolders = async (root: string, modes: Record<string, number>): Promise<void> => {
  for (const [folder, mode] of Object.entries(modes)) {
    await mkdir(join(root, folder), { recursive: true })
    await chmod(join(root, folder), mode)
  }
}

const addUsers = async (root: string, users: Record<string, number>): Promise<void> => {
  await mkdir(join(root, 'etc'), { recursive: true })
  const all = Object.entries({ root: 0, ...users })
  const home = (id: number) => (id === 0 ? '/root' : '/tmp')
  await writeFile(
    join(root, 'etc/passwd'),
    all.map(([name, id]) => `${name}:x:${id}:${id}::${home(id)}:/bin/sh\n`).join(''),
  )
  await writeFile(join(root, 'etc/group'), all.map(([name, id]) => `${name}:x:${id}:\n`).join(''))
}
