import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogTail } from './log-tail.ts'

test('lines come once, and only when they are whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'log-tail-test-'))
  try {
    const path = join(folder, 'log')
    await writeFile(path, 'one\ntw')
    const tail = new LogTail(path)
    expect(await tail.lines()).toEqual(['one'])
    expect(await tail.lines()).toEqual([])
    await appendFile(path, 'o\nthree\n')
    expect(await tail.lines()).toEqual(['two', 'three'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
