import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { PreviewError } from '../errors.ts'

/** A folder of its own for what kustomize is to build; gone when `use` is through. */
export const inTempFolder = async <T>(tempFolder: string, use: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(path.join(tempFolder, 'eks-preview-')).catch(unwritable)
  try {
    // Kustomize resolves links before it compares, so relative paths must be between real folders.
    return await use(await realpath(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Texts by file name. */
export const writeFiles = async (folder: string, files: Record<string, string>): Promise<void> => {
  await mkdir(folder).catch(unwritable)
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text).catch(unwritable)
}

const unwritable = (cause: NodeJS.ErrnoException): never => {
  throw new PreviewError('RenderFailed', `cannot write the overlay: ${cause.message}`, {
    hint: 'free some space on the runner, or correct the rights of its temporary folder',
    ...(cause.path === undefined ? {} : { object: cause.path }),
    cause,
  })
}
