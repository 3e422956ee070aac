import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const STYLESHEET = path.join(import.meta.dirname, 'assets/application.css')
/** Shared with nginx, which serves what is in it. */
const PUBLIC = path.join(import.meta.dirname, '../public')

/** Puts the stylesheet there under a name that changes with it; returns its URL. */
export const precompile = async () => {
  const content = await readFile(STYLESHEET)
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 16)
  const url = `/assets/application-${digest}.css`
  await mkdir(path.join(PUBLIC, 'assets'), { recursive: true })
  await writeFile(path.join(PUBLIC, url), content)
  return url
}
