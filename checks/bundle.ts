import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import { type Zippable, zipSync } from 'fflate'

export type Architecture = 'x86_64' | 'arm64'

const HERE = import.meta.dirname
const NPM_CPU = { x86_64: 'x64', arm64: 'arm64' }
const INSTALL_LIMIT_MS = 300_000
const MANIFESTS = ['package.json', 'package-lock.json', '.npmrc']

const BUNDLED = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minify: true,
  // Errors are told apart by the names of their classes.
  keepNames: true,
  legalComments: 'none',
  // The last two are asked for by pg where they are installed.
  external: ['vitest', 'vitest/*', 'pg-native', 'pg-cloudflare'],
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  logLevel: 'warning',
} satisfies BuildOptions

const checkFiles = async (folder: string, pattern: string): Promise<string[]> => {
  const files: string[] = []
  for await (const file of glob(pattern, { cwd: folder, exclude: (each) => each === 'node_modules' })) files.push(file)
  return files.sort()
}

/** Ready for the zip. `eks-preview-checks` is the suite's own API, which is not in the npm registry. */
const buildOwnSuite = async (folder: string): Promise<Record<string, Uint8Array>> => {
  const root = path.resolve(folder)
  const entryPoints = await checkFiles(root, '**/*.check.{ts,js,mjs}')
  if (entryPoints.length === 0)
    throw new Error(`There is no *.check.ts in ${root}: name the folder that has your checks`)
  const { outputFiles } = await build({
    ...BUNDLED,
    absWorkingDir: root,
    entryPoints,
    outdir: path.join(root, 'suite/own'),
    outbase: root,
    alias: { 'eks-preview-checks': path.join(HERE, 'suite/api.ts') },
    write: false,
  })
  return Object.fromEntries(outputFiles.map((file) => [path.relative(root, file.path), file.contents]))
}

const sources = async (): Promise<string[]> => {
  const files: string[] = []
  for await (const file of glob('{*,suite/**/*,database/*}.ts', { cwd: HERE }))
    if (!file.endsWith('.test.ts')) files.push(file)
  return files.sort()
}

/**
 * The Lambda's zip, in `cache` and named by everything that goes into it: built only when it is not there yet. `suite` is a
 * folder with a team's own `*.check.ts`.
 */
export const bundleChecks = async (
  cache: string,
  architecture: Architecture,
  log: (line: string) => void,
  suite?: string,
): Promise<{ name: string; file: string }> => {
  const hash = createHash('sha256').update(architecture)
  for (const file of [...MANIFESTS, ...(await sources())])
    hash.update(`\0${file}\0`).update(await readFile(path.join(HERE, file)))
  const own = suite === undefined ? {} : await buildOwnSuite(suite)
  for (const [file, content] of Object.entries(own)) hash.update(`\0${file}\0`).update(content)
  const name = `checks-${architecture}-${hash.digest('hex').slice(0, 16)}.zip`
  const file = path.join(cache, name)
  if (existsSync(file)) return { name, file }
  log('Building the Lambda function (about 15 s, once)')
  const folder = await mkdtemp(path.join(tmpdir(), 'eks-preview-checks-'))
  try {
    const zip = await buildZip(folder, architecture, own)
    await mkdir(cache, { recursive: true })
    const unfinished = path.join(cache, `.${path.basename(folder)}`)
    await writeFile(unfinished, zip)
    await rename(unfinished, file)
    log(`Built ${name}: ${(zip.byteLength / 1e6).toFixed(1)} MB`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return { name, file }
}

const buildZip = async (
  folder: string,
  architecture: Architecture,
  own: Record<string, Uint8Array>,
): Promise<Uint8Array> => {
  for (const file of [...MANIFESTS, ...(await sources())]) await cp(path.join(HERE, file), path.join(folder, file))
  await installPackages(folder, architecture)
  // The SDK and the other libraries as one file a function: not 30 MB in thousands of files, which a cold start would read.
  await build({
    ...BUNDLED,
    absWorkingDir: folder,
    entryPoints: { handler: 'handler.ts', prepare: 'database/handler.ts' },
    outdir: '.',
  })
  // What only some checks need, the database drivers among it, is a file of its own and loaded by those.
  await build({
    ...BUNDLED,
    absWorkingDir: folder,
    entryPoints: await checkFiles(folder, 'suite/**/*.check.ts'),
    outdir: '.',
    outbase: '.',
    splitting: true,
    chunkNames: 'suite/parts/[name]-[hash]',
  })
  const entries: Zippable = {}
  for (const file of await shipped(folder)) entries[file] = new Uint8Array(await readFile(path.join(folder, file)))
  Object.assign(entries, own)
  // Lambda runs as another user than the one who unpacks: readable by all, and a fixed time keeps the bytes the same.
  return zipSync(entries, { level: 6, mtime: '1980-01-01T00:00:00', os: 3, attrs: 0o100644 << 16 })
}

const installPackages = async (folder: string, architecture: Architecture): Promise<void> => {
  const target = ['--os=linux', `--cpu=${NPM_CPU[architecture]}`, '--libc=glibc']
  try {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', ...target], { cwd: folder, timeout: INSTALL_LIMIT_MS })
  } catch (cause) {
    throw new Error('Install the packages of the checks with npm ci: failed. Is the npm registry reachable?', { cause })
  }
}

/** What was bundled is a development dependency in the lock: not shipped again. Nor is what only editors and people read. */
const shipped = async (folder: string): Promise<string[]> => {
  const lock = JSON.parse(await readFile(path.join(folder, 'package-lock.json'), 'utf8'))
  const packages = Object.entries<{ dev?: boolean }>(lock.packages)
  const bundled = packages.filter(([, { dev }]) => dev).map(([name]) => `${name}/`)
  const files = ['handler.mjs', 'prepare.mjs', 'package.json']
  for await (const entry of glob('{suite,node_modules}/**', { cwd: folder, withFileTypes: true })) {
    const file = path.relative(folder, path.join(entry.parentPath, entry.name))
    if (file.startsWith('suite/') && !file.endsWith('.mjs')) continue
    if (!entry.isFile() || /\.(map|md|d\.[cm]?ts)$/.test(file)) continue
    if (!bundled.some((name) => file.startsWith(name))) files.push(file)
  }
  return files.sort()
}
