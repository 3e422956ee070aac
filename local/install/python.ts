import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LIMIT_MS = 300_000

export type PythonPackages = {
  name: string
  /** The file that pins them, all that they need included. */
  requirements: string
  cache: string
  log: (line: string) => void
}

/** The folder of their programs and of their Python, from the cache when it is there; throws with pip's own output. */
export const pythonPackages = async ({ name, requirements, cache, log }: PythonPackages): Promise<string> => {
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const folder = path.join(cache, `${name}-${hash}`)
  const programs = path.join(folder, 'bin')
  if (existsSync(programs)) return programs
  log(`installing ${name} (about 20 s, once)`)
  await mkdir(cache, { recursive: true })
  const unfinished = await mkdtemp(`${folder}.`)
  try {
    await createEnvironment(unfinished, log)
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements]
    await run(path.join(unfinished, 'bin', 'python3'), pip, { timeout: LIMIT_MS })
    // Two may install at once; the later one finds the folder taken and uses it.
    await rename(unfinished, folder).catch((cause: unknown) => {
      if (!existsSync(programs)) throw cause
    })
  } catch (cause) {
    throw new Error(`Install ${name} into ${folder}: failed. Is PyPI reachable for pip?`, { cause })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return programs
}

const createEnvironment = async (folder: string, log: (line: string) => void): Promise<void> => {
  const create = () => run('python3', ['-m', 'venv', folder], { timeout: LIMIT_MS })
  try {
    await create()
  } catch {
    // Debian ships Python without the part of venv that brings pip.
    log('installing python3-venv')
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'python3-venv'], { timeout: LIMIT_MS })
    await rm(folder, { recursive: true, force: true })
    await create()
  }
}
