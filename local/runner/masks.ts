export type Masks = { add(value: string): void; values(): string[]; hide(text: string): string }

export const createMasks = (): Masks => {
  const known = new Set<string>()
  return {
    add(value) {
      // Output is masked line by line, so each line of a secret (a PEM key) has to be a secret of its own.
      for (const part of [value, ...value.split(/[\r\n]+/)]) if (part.trim() !== '') known.add(part)
    },
    values: () => [...known],
    // Longest first: a secret that contains another one must go as a whole.
    hide: (text) =>
      [...known].sort((a, b) => b.length - a.length).reduce((done, secret) => done.replaceAll(secret, '***'), text),
  }
}
