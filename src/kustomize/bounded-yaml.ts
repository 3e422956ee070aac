import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, type Scalar } from 'yaml'

/** YAML that anybody may have written, read within bounds. */

/** Bytes that a build may read in all. */
export const MOST_BYTES = 4 * 2 ** 20
const MOST_NESTED = 100
/** Of one document: a megabyte of the densest YAML, which takes 300 MB to read. */
const MOST_LEXEMES = 400_000
const MOST_FLAWS = 10

export type Flaw = { message: string; hint?: string; line: number }
export type Read = {
  /** Absent when it has flaws. */
  document: Document | undefined
  lineOf(node: unknown): number
  /** Roughly the bytes that its aliases stand for. */
  repeated: number
  flaws: Flaw[]
}

/** One document after the other, because a syntax tree takes a hundred times the memory of its text. */
export function* documentsIn(text: string): Generator<Read> {
  const lines = new LineCounter()
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line)
  const lineOf = (node: unknown) => lineAt((node as { range?: [number] | null } | null)?.range?.[0] ?? 0)
  // Not strict: what Kubernetes' reader takes is taken. Keys are compared below: the library needs quadratic time for it.
  const options = { strict: false, uniqueKeys: false, merge: true, lineCounter: lines }
  const refused = (flaw: Flaw): Read => ({ document: undefined, lineOf, repeated: 0, flaws: [flaw] })
  try {
    for (const document of new Composer(options).compose(tokensIn(text, lines))) {
      const [error] = document.errors
      if (error !== undefined) {
        const line = lineAt(error.pos[0])
        yield refused(isTooDeep(error) ? tooDeep(line) : { message: error.message, line })
        return
      }
      const { repeated, flaws } = measured(document, lineOf)
      yield repeated > MOST_BYTES
        ? refused(tooMuch(lineOf(document.contents)))
        : { document: flaws.length > 0 ? undefined : document, lineOf, repeated, flaws }
    }
  } catch (error) {
    if (error instanceof TooLarge)
      yield refused({ message: error.message, hint: 'split it up', line: lineAt(error.offset) })
    else if (isTooDeep(error)) yield refused(tooDeep(1))
    else throw error
  }
}

class TooLarge extends Error {
  readonly offset: number
  constructor(offset: number) {
    super('a document that is larger than any object of Kubernetes')
    this.offset = offset
  }
}

/** What the library's `Parser.parse` gives, but counted. Throws when there is too much of it. */
export function* tokensIn(text: string, lines = new LineCounter()): ReturnType<Parser['parse']> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1
    if (lexemes > MOST_LEXEMES) throw new TooLarge(parser.offset)
    for (const token of parser.next(lexeme)) {
      if (token.type === 'document') lexemes = 0
      yield token
    }
  }
  yield* parser.end()
}

/** The library's functions call themselves for every level. */
const isTooDeep = (error: unknown): boolean => (error as Error).message.includes('call stack')

const tooDeep = (line: number): Flaw => ({
  message: `nested more than ${MOST_NESTED} levels deep`,
  hint: 'no object of Kubernetes is: write it flatter',
  line,
})

const tooMuch = (line: number): Flaw => ({
  message: `aliases that stand for more than ${MOST_BYTES / 2 ** 20} MiB`,
  hint: 'write out what is meant',
  line,
})

const measured = (document: Document, lineOf: Read['lineOf']): { repeated: number; flaws: Flaw[] } => {
  const flaws: Flaw[] = []
  const anchors = new Map<string, number>()
  let repeated = 0
  let deepest: unknown
  const weigh = (node: unknown, depth: number): number => {
    if (isAlias(node)) {
      const meant = anchors.get(node.source)
      if (meant === undefined) flaws.push({ message: `${node} is an alias of nothing`, line: lineOf(node) })
      repeated += meant ?? 0
      return meant ?? 0
    }
    if (depth > MOST_NESTED) {
      deepest ??= node
      return 0
    }
    const anchor = (node as { anchor?: string } | null)?.anchor
    if (anchor !== undefined) anchors.delete(anchor) // Until it is complete.
    let weight = 1
    if (isScalar(node)) weight += String(node.value ?? '').length
    if (isSeq(node)) for (const item of node.items) weight += weigh(item, depth + 1)
    if (isMap(node)) {
      flaws.push(...secondsOf(node.items.map(({ key }) => key)).map((key) => twice(key, lineOf(key))))
      for (const { key, value } of node.items) weight += weigh(key, depth + 1) + weigh(value, depth + 1)
    }
    if (anchor !== undefined) anchors.set(anchor, weight)
    return weight
  }
  weigh(document.contents, 0)
  if (deepest !== undefined) flaws.push(tooDeep(lineOf(deepest)))
  return { repeated, flaws: flaws.slice(0, MOST_FLAWS) }
}

/** The keys that are there for a second time. */
const secondsOf = (keys: unknown[]): Scalar[] => {
  const seen = new Set<string>()
  return keys.filter((key): key is Scalar => {
    if (!isScalar(key)) return false
    const name = String(key.value)
    const isSecond = seen.has(name) && name !== '<<'
    seen.add(name)
    return isSecond
  })
}

const twice = (key: Scalar, line: number): Flaw => ({
  message: `the key ${key} is there twice`,
  hint: 'keep one of them',
  line,
})
