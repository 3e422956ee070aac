import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { CONFIG_PATH } from '../config.ts'
import { PreviewError, type Problem } from '../errors.ts'
import { documentsIn, MOST_BYTES } from './bounded-yaml.ts'
import { pluginSourcesOf, type Source, type Sources, sourcesOf } from './kustomization-file.ts'
import { isRemote } from './remote.ts'

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
/** What the record of an environment can hold. Folders count too: few files can name each other very many times. */
const MOST_DOCUMENTS = 3000

/**
 * Reads every file that a build of `folder` (relative to `root`, the repository's tree) would read, and throws one `RenderFailed`
 * with all that is not rendered: what is fetched, run, outside the tree, unreadable, or more than a preview may be.
 */
export const scanSources = async (root: string, folder: string): Promise<void> => {
  const tree = await realpath(root)
  const scan: Scan = { tree, problems: new Map(), bytes: 0, documents: 0 }
  try {
    const from = { dir: tree, file: path.join(tree, CONFIG_PATH) }
    await visitSource(scan, from, { field: 'kustomization', path: folder, as: 'component' }, [])
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  const problems = [...scan.problems.values()].sort(
    (a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0),
  )
  const [first] = problems
  if (first === undefined) return
  const { file, line, message, hint } = first
  const isOne = problems.length === 1
  const said = isOne
    ? `${[file, line].filter(Boolean).join(':')}: ${message}`
    : `${problems.length} things are in the way`
  throw new PreviewError('RenderFailed', `${folder} is not built: ${said}`, {
    object: folder,
    problems,
    hint: (isOne ? hint : undefined) ?? 'correct what is listed, each in its file, and push again',
  })
}

type Scan = { tree: string; problems: Map<string, Problem & { file: string }>; bytes: number; documents: number }
/** Where something is written, and from where its paths lead. */
type From = { dir: string; file: string; line?: number }

type Named = Omit<Source, 'line'>

/** There is more than is read. */
class Enough extends Error {}

const report = ({ tree, problems }: Scan, from: From, message: string, hint?: string): void => {
  const file = path.relative(tree, from.file)
  const { line } = from
  problems.set(`${file}:${line} ${message}`, {
    message,
    ...(hint === undefined ? {} : { hint }),
    file,
    ...(line === undefined ? {} : { line }),
  })
}

/** With the file it goes beyond what is read. */
const count = (scan: Scan, from: From, bytes: number, documents = 0): void => {
  scan.bytes += bytes
  scan.documents += documents
  const isMore = scan.bytes > MOST_BYTES || scan.documents > MOST_DOCUMENTS
  if (!isMore) return
  const most = `${MOST_BYTES / 2 ** 20} MiB or ${MOST_DOCUMENTS} documents`
  report(
    scan,
    from,
    `with this it is more than ${most}, which is all that a preview may be`,
    'leave out what it can do without',
  )
  throw new Enough()
}

const visitSource = async (scan: Scan, from: From, source: Named, folders: string[]): Promise<void> => {
  const found = await locate(scan, from, source)
  if (found === undefined) return
  if ((await stat(found)).isDirectory()) return visitFolder(scan, from, source, found, folders)
  const at = { dir: from.dir, file: found }
  if (source.as === 'bytes') return count(scan, at, (await stat(found)).size)
  const text = await textOf(scan, at)
  if (text === undefined) return
  if (source.as === 'plugin') await visitSources(scan, at, pluginSourcesOf(text), folders)
  else if (source.as === 'env') visitEnv(scan, at, text)
  else visitYaml(scan, at, text)
}

const visitFolder = async (
  scan: Scan,
  from: From,
  { field, path: named }: Named,
  dir: string,
  folders: string[],
): Promise<void> => {
  if (folders.some((folder) => isWithin(dir, folder)))
    return report(scan, from, `${field} names ${named}, which leads back to here`, 'take it out')
  const [name, another] = (await readdir(dir)).filter((name) => NAMES.includes(name))
  if (name === undefined)
    return report(scan, from, `${field} names ${named}, which has no ${NAMES[0]}`, 'name a folder with one, or files')
  const at = { dir, file: path.join(dir, name) }
  if (another !== undefined) report(scan, at, `${another} is there too`, 'keep one of them')
  if ((await locate(scan, at, { field: 'the folder', path: name, as: 'yaml' })) === undefined) return
  const text = await textOf(scan, at)
  if (text !== undefined) await visitSources(scan, at, sourcesOf(text), [...folders, dir])
}

const visitSources = async (scan: Scan, from: From, found: Sources, folders: string[]): Promise<void> => {
  const at = (line: number): From => ({ ...from, line: from.line ?? line })
  count(scan, from, found.repeated, 1)
  for (const { message, hint, line } of found.flaws) report(scan, at(line), message, hint)
  for (const { text, line, isPlugin } of found.inline)
    if (isPlugin) await visitSources(scan, at(line), pluginSourcesOf(text), folders)
    else visitYaml(scan, at(line), text)
  for (const source of found.sources) await visitSource(scan, at(source.line), source, folders)
}

/** The real path of what may be read; all else is reported. */
const locate = async (scan: Scan, from: From, { field, path: named, as }: Named): Promise<string | undefined> => {
  const refuse = (what: string, hint: string): undefined => {
    report(scan, from, `${field} names ${named}, which ${what}`, hint)
  }
  if (isRemote(named)) return refuse('is fetched from elsewhere', 'commit a copy of it, and name that')
  if (path.isAbsolute(named)) return refuse('is an absolute path', 'name it relative to this folder')
  const meant = path.join(from.dir, named)
  const real = await realpath(meant).catch(() => undefined)
  if (real === undefined && isWithin(scan.tree, meant))
    return refuse('does not exist', 'correct the path, or commit what it names')
  if (real === undefined || !isWithin(scan.tree, real))
    return refuse('leads out of the repository', 'commit a copy of it, and name that')
  const found = await stat(real)
  if (found.isDirectory())
    return as === 'tree' || as === 'component' ? real : refuse('is a folder', 'name a file in it')
  if (as === 'component') return refuse('is no folder', 'name the folder that it is in')
  if (!found.isFile()) return refuse('is neither file nor folder', 'put a file there')
  if (isWithin(from.dir, real)) return real
  return refuse(
    'is a file outside of this folder',
    'Kustomize reads files from here down only: give those a kustomization.yaml, and name their folder',
  )
}

const isWithin = (folder: string, inner: string): boolean => {
  const relative = path.relative(folder, inner)
  return relative !== '..' && !relative.startsWith('../')
}

const textOf = async (scan: Scan, from: From): Promise<string | undefined> => {
  count(scan, from, (await stat(from.file)).size)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(from.file))
  } catch {
    report(scan, from, 'this is no text in UTF-8', 'save it as UTF-8')
    return undefined
  }
}

const visitYaml = (scan: Scan, from: From, text: string): void => {
  for (const { repeated, flaws } of documentsIn(text)) {
    count(scan, from, repeated, 1)
    for (const { message, hint, line } of flaws) report(scan, { ...from, line: from.line ?? line }, message, hint)
  }
}

/** Older versions take what a line without `=` names from their own environment. */
const visitEnv = (scan: Scan, from: From, text: string): void => {
  for (const [index, line] of text.split('\n').entries()) {
    const name = line.trim()
    if (name === '' || name.startsWith('#') || name.includes('=')) continue
    report(scan, { ...from, line: index + 1 }, `${name} has no value`, `write ${name}= if it is meant to be empty`)
  }
}
