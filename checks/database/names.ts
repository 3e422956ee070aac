export const expandNames = (text: string): string[] => {
  const names = text
    .split(/[\n,]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => {
      const range = /^([^{}]*)\{(\d+)\.\.(\d+)\}([^{}]*)$/.exec(part)
      if (range === null) return [part]
      const [, before = '', from = '', to = '', after = ''] = range
      return Array.from(
        { length: Number(to) - Number(from) + 1 },
        (_, index) => `${before}${String(Number(from) + index).padStart(from.length, '0')}${after}`,
      )
    })
  return names
}
