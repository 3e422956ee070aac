export type Progress = {
  line(text: string): void
  /** Shows `text` with the time it has taken so far, and a last line with the whole time. */
  step<T>(text: string, work: () => Promise<T>): Promise<T>
}

export const progressTo = (out: NodeJS.WriteStream): Progress => ({
  line: (text) => void out.write(`${text}\n`),
  step: async (text, work) => {
    const started = Date.now()
    const show = (end: string) => out.write(`${out.isTTY ? '\r' : ''}${text}… ${clock(Date.now() - started)}${end}`)
    // A log file gets a sign of life now and then, a terminal one line that moves.
    const timer = setInterval(() => show(out.isTTY ? '' : '\n'), out.isTTY ? 1000 : 30_000)
    show(out.isTTY ? '' : '\n')
    try {
      return await work()
    } finally {
      clearInterval(timer)
      show('\n')
    }
  },
})

/** Milliseconds as minutes and seconds: 01:20. */
export const clock = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}
