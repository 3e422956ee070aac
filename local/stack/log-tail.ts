import { open, readFile } from 'node:fs/promises'

/** Reads a growing text file, whole lines at a time. */
export class LogTail {
  readonly #path: string
  #offset = 0
  #rest = ''

  constructor(path: string) {
    this.#path = path
  }

  /** The lines completed since the last call. */
  async lines(): Promise<string[]> {
    const file = await open(this.#path)
    try {
      const length = (await file.stat()).size - this.#offset
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, this.#offset)
      this.#offset += bytesRead
      const lines = (this.#rest + buffer.toString('utf8', 0, bytesRead)).split('\n')
      this.#rest = lines.pop() ?? ''
      return lines
    } finally {
      await file.close()
    }
  }
}

/** The last `count` lines of a text file, indented; empty when there is no such file. */
export const lastLines = async (path: string, count: number): Promise<string> => {
  const text = await readFile(path, 'utf8').catch(() => '')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines
    .slice(-count)
    .map((line) => `  ${line}`)
    .join('\n')
}
