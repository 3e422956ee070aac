export type Footnotes = ReturnType<typeof createFootnotes>

/** Addresses are too long for a line of text: it gets a number, and they follow below, cut in the middle to `width`. */
export const createFootnotes = (width: number) => {
  const urls: string[] = []
  return {
    mark: (url: string): string => {
      if (!urls.includes(url)) urls.push(url)
      return `[${urls.indexOf(url) + 1}]`
    },
    lines: (): string[] => urls.map((url, at) => shortened(`[${at + 1}] ${url}`, width)),
  }
}

const shortened = (text: string, width: number): string => {
  if (text.length <= width) return text
  const end = Math.floor(width / 4)
  return `${text.slice(0, width - end - 1)}…${text.slice(-end)}`
}
