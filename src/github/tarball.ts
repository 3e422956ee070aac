import path from 'node:path/posix'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ReadEntry, extract as untar } from 'tar'
import { PreviewError } from '../errors.ts'

/** What a repository may have at most to be rendered: bytes unpacked, and files. */
const BYTES = 200 * 1024 * 1024
const FILES = 50_000

export type Limits = { bytes: number; files: number }

/**
 * Unpacks GitHub's archive of a commit, without its top folder. It holds whatever a pull request put there: links that lead
 * out of the tree, and more than the limits allow, end it.
 */
export const extract = async (
  archive: ReadableStream<Uint8Array>,
  folder: string,
  { bytes, files }: Limits = { bytes: BYTES, files: FILES },
): Promise<void> => {
  const stop = new AbortController()
  let [size, count] = [0, 0]
  const refuse = (message: string, object: string) => {
    stop.abort(
      new PreviewError('BadInput', message, {
        object,
        hint: 'take it out of the commit, or check the commit out in a step before',
      }),
    )
    return false
  }
  const filter = (name: string, entry: ReadEntry | { size: number }): boolean => {
    size += entry.size
    count += 1
    if (size > bytes) return refuse(`the commit's files are larger than ${Math.floor(bytes / 1024 / 1024)} MiB`, name)
    if (count > files) return refuse(`the commit has more than ${files} files`, name)
    const link = 'linkpath' in entry ? entry.linkpath : undefined
    return link && leadsOut(name, link) ? refuse(`the link ${name} leads out of the repository`, name) : true
  }
  try {
    const source = Readable.fromWeb(archive as Parameters<typeof Readable.fromWeb>[0])
    await pipeline(source, untar({ cwd: folder, strip: 1, strict: true, filter: filter as never }), {
      signal: stop.signal,
    })
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : unreadable(error)
  }
  if (stop.signal.aborted) throw stop.signal.reason
}

/** `name` still has the archive's top folder in front, which is the tree's root. */
const leadsOut = (name: string, target: string): boolean => {
  const [top = ''] = name.split('/')
  const end = path.normalize(path.join(path.dirname(name), target))
  return path.isAbsolute(target) || !(end === top || end.startsWith(`${top}/`))
}

const unreadable = (cause: unknown) =>
  new PreviewError('Unavailable', "the archive of the commit's files could not be read", {
    cause,
    hint: 'run it again',
  })
