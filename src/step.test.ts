import { expect, test } from 'vitest'
import { PreviewError } from './errors.ts'
import { steps } from './step.ts'

const recorder = () => {
  const lines: string[] = []
  const log = { info: (text: string) => void lines.push(text), warning: () => undefined, debug: () => undefined }
  const groups = { start: (title: string) => void lines.push(`[${title}]`), end: () => void lines.push('[]') }
  return { lines, run: steps(log, groups) }
}

test('a step says what happened', async () => {
  const { run } = recorder()
  const seven = await run.step('A', async (say) => {
    say.unchanged('all as it was')
    return 7
  })
  expect(seven).toBe(7)
  await run.step('B', async (say) => say.link('https://example.com'))
  expect(run.results).toMatchObject([
    { step: 'A', status: 'unchanged', detail: 'all as it was' },
    { step: 'B', status: 'done', link: 'https://example.com' },
  ])
})

test('the step that failed is named in the error, once', async () => {
  const { run } = recorder()
  const error = new PreviewError('NotFound', 'gone')
  await expect(run.step('Inner', async () => Promise.reject(error))).rejects.toBe(error)
  await expect(run.step('Outer', async () => Promise.reject(error))).rejects.toMatchObject({ step: 'Inner' })
  expect(run.results.map(({ status }) => status)).toEqual(['failed', 'failed'])
})

test('what runs together ends together, also when one fails', async () => {
  const { run, lines } = recorder()
  const { promise, resolve } = Promise.withResolvers<void>()
  const together = run.together({
    Slow: async (say) => {
      await promise
      say.info('still here')
    },
    Bad: async () => {
      resolve()
      throw new PreviewError('TimedOut', 'late')
    },
  })
  await expect(together).rejects.toMatchObject({ step: 'Bad' })
  expect(lines).toContain('Slow: still here')
  expect(run.results.map(({ step, status }) => `${step} ${status}`)).toEqual(['Slow done', 'Bad failed'])
})
