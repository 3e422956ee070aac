import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { REGISTRY } from '../../local/scene.ts'
import { openDatabaseHome } from './database-home.ts'
import { filesBelow } from './files-below.ts'
import { giveNamespaces } from './namespace-rights.ts'

type Files = Record<string, string>

export const EXAMPLE: Files = filesBelow('examples/rails')
export const DATABASE = 'preview_11'
const PACKAGES = Object.keys(JSON.parse(EXAMPLE['package-lock.json'] ?? '').packages).filter((at) => at !== '')

/** Its files, with a text replaced in one of them. */
export const changed = (files: Files, file: string, from: string, to: string): Files => {
  const text = files[file] ?? ''
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
  return { ...files, [file]: text.replace(from, to) }
}

export const withMigration = (files: Files, name: string, sql: string): Files => ({
  ...files,
  [`db/migrate/${name}.sql`]: sql,
})

/** Whose previews are those of examples/rails, in namespaces of their own, on one database. */
export const openRails = async () => {
  const home = await openDatabaseHome('mysql', [DATABASE], {
    isolation: 'namespace',
    'allowed-exposures': 'nodePort',
    repositories: 'acme/shop',
  })
  const takeNamespaces = await giveNamespaces(home)

  /** What the Dockerfiles make of the files. */
  const buildImages = async (files: Files, commit: string): Promise<void> => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'rails-'))
    // One that only its owner may enter would be so in the image too.
    const app = path.join(folder, 'app')
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(app, name)), { recursive: true })
      await writeFile(path.join(app, name), text)
    }
    const packages = Object.fromEntries(PACKAGES.map((at) => [`/app/${at}`, at]))
    const rails = { WorkingDir: '/app', Entrypoint: ['node', 'bin/rails'], Cmd: ['server'], User: '1000:1000' }
    const conf = path.join(app, 'nginx/nginx.conf')
    await Promise.all([
      home.buildOn('node', 'app-rails', commit, { '/app': app, ...packages }, rails),
      home.buildOn('nginx', 'app-nginx', commit, { '/etc/nginx/nginx.conf': conf }, {}),
    ])
    await rm(folder, { recursive: true })
  }

  return {
    ...home,
    buildImages,
    /** The step of the workflow, for what just happened to the pull request at this commit. */
    step: (action: string, number: number, sha: string) =>
      home.on(action, number, {
        inputs: { images: ['app-rails', 'app-nginx'].map((name) => `${name}=${REGISTRY}/${name}:${sha}`).join('\n') },
      }),
    /** What the leased database has, as the platform team sees it. */
    rows: async (query: string): Promise<RowDataPacket[]> => {
      const { host, port, admin } = home.stack.aws.databases.mysql
      const credentials = { user: admin.username, password: admin.password, database: DATABASE }
      const connection = await createConnection({ host, port, ...credentials })
      const [rows] = await connection.query<RowDataPacket[]>(query)
      await connection.end()
      return rows
    },
    end: async () => {
      await takeNamespaces()
      await home.end()
    },
  }
}
