import { isAlias, isMap, isScalar, isSeq, type Node, visit } from 'yaml'
import { documentsIn, type Flaw, type Read } from './bounded-yaml.ts'

/**
 * What a kustomization makes Kustomize read. It decides what is fetched or run for somebody we do not know, so a file that two
 * readers of YAML might understand differently is refused, and keys are compared as Go's reader does, without regard to case.
 */

export type Source = {
  /** `resources`, `patches.path` */
  field: string
  path: string
  line: number
  /** `tree` is a manifest or a folder with a kustomization; `plugin` configures a generator or a transformer. */
  as: 'tree' | 'component' | 'yaml' | 'bytes' | 'env' | 'plugin'
}
/** YAML in a text of the file. */
export type Inline = { text: string; line: number; isPlugin: boolean }
export type Sources = { sources: Source[]; inline: Inline[]; repeated: number; flaws: Flaw[] }

/** Of a kustomization file. */
export const sourcesOf = (text: string): Sources => {
  const { values, ...read } = strictly(text)
  const [value, second] = values
  if (value === undefined) {
    const flaws = read.flaws.length > 0 ? read.flaws : [{ message: 'there is nothing in it', line: 1 }]
    return { sources: [], inline: [], ...read, flaws }
  }
  const flaws = second === undefined ? read.flaws : [...read.flaws, { message: 'a second document', line: second.line }]
  const found = readBy(value)
  return { ...found, repeated: read.repeated, flaws: [...flaws, ...unknownIn(value), ...chartsIn(value)] }
}

/** Of what configures generators and transformers. */
export const pluginSourcesOf = (text: string): Sources => {
  const { values, repeated, flaws } = strictly(text)
  const found = values.map(readBy)
  return {
    sources: found.flatMap(({ sources }) => sources),
    inline: found.flatMap(({ inline }) => inline),
    repeated,
    flaws: [...flaws, ...values.flatMap(foreignIn)],
  }
}

/** A node with its aliases followed; absent things are empty. */
type Value = { line: number; text?: string; list: Value[]; fields: Map<string, Value & { key: string }> }

const at = ({ fields, line }: Value, key: string): Value =>
  fields.get(folded(key)) ?? { line, list: [], fields: new Map() }
const folded = (key: string): string => key.toUpperCase().toLowerCase() // ſ is an s to Go.

const readBy = (value: Value): Pick<Sources, 'sources' | 'inline'> => {
  const sources: Source[] = []
  const inline: Inline[] = []
  const add = (field: string, as: Source['as'], values: Value[]) =>
    sources.push(...values.flatMap(({ text, line }) => (text === undefined ? [] : [{ field, path: text, line, as }])))
  const embed = (values: Value[], isPlugin = false) =>
    inline.push(...values.flatMap(({ text, line }) => (text === undefined ? [] : [{ text, line, isPlugin }])))
  /** Of what may be a path or the thing itself. */
  const addOrEmbed = (field: string, as: 'yaml' | 'plugin') => {
    const { list } = at(value, field)
    add(
      field,
      as,
      list.filter(({ text = '' }) => !isEmbedded(text)),
    )
    embed(
      list.filter(({ text = '' }) => isEmbedded(text)),
      as === 'plugin',
    )
  }
  for (const field of ['resources', 'bases']) add(field, 'tree', at(value, field).list)
  add('components', 'component', at(value, 'components').list)
  for (const field of ['crds', 'configurations']) add(field, 'yaml', at(value, field).list)
  for (const field of ['patchesStrategicMerge', 'paths']) addOrEmbed(field, 'yaml')
  for (const field of ['generators', 'transformers', 'validators']) addOrEmbed(field, 'plugin')
  add('openapi.path', 'yaml', [at(at(value, 'openapi'), 'path')])
  // A plugin has in itself what a kustomization has in lists.
  for (const [field, entries] of listsIn(value, 'patches', 'patchesJson6902', 'replacements')) {
    add(
      `${field}path`,
      'yaml',
      entries.map((entry) => at(entry, 'path')),
    )
    embed(entries.flatMap((entry) => [at(entry, 'patch'), at(entry, 'patches'), at(entry, 'jsonOp')]))
  }
  for (const [field, entries] of listsIn(value, 'configMapGenerator', 'secretGenerator'))
    for (const entry of entries) {
      add(`${field}files`, 'bytes', at(entry, 'files').list.map(withoutKey))
      add(`${field}envs`, 'env', [...at(entry, 'envs').list, at(entry, 'env')])
    }
  add('targetFilePath', 'yaml', [at(value, 'targetFilePath')])
  return { sources, inline }
}

const listsIn = (value: Value, ...fields: string[]): [field: string, entries: Value[]][] => [
  ...fields.map((field): [string, Value[]] => [`${field}.`, at(value, field).list]),
  ['', [value]],
]

const isEmbedded = (text: string): boolean => /\n.|^\s*[{[]/.test(text)

/** `key=path` */
const withoutKey = ({ text, ...value }: Value): Value => ({
  ...value,
  ...(text === undefined ? {} : { text: text.slice(text.indexOf('=') + 1) }),
})

const FIELDS = `apiVersion kind metadata openapi namePrefix nameSuffix namespace commonLabels labels commonAnnotations
  patchesStrategicMerge patchesJson6902 patches images imageTags replacements replicas vars sortOptions resources components
  crds bases configMapGenerator secretGenerator helmGlobals helmCharts helmChartInflationGenerator generatorOptions
  configurations generators transformers validators buildMetadata`
const KNOWN = new Set(FIELDS.split(/\s+/).map(folded))

const unknownIn = ({ fields }: Value): Flaw[] =>
  [...fields]
    .filter(([key]) => !KNOWN.has(key))
    .map(([, { key, line }]) => ({
      message: `the key ${key} is none of Kustomize’s`,
      hint: 'take it out, or correct its name',
      line,
    }))

const CHARTS = ['helmCharts', 'helmGlobals', 'helmChartInflationGenerator'].map(folded)

const chartsIn = ({ fields }: Value): Flaw[] =>
  [...fields].filter(([key]) => CHARTS.includes(key)).map(([, { key, line }]) => chart(key, line))

const chart = (what: string, line: number): Flaw => ({
  message: `${what}: a chart is fetched, and made by another program`,
  hint: 'commit what `helm template` makes of the chart, and name that file in resources',
  line,
})

const FUNCTIONS = ['config.kubernetes.io/function', 'config.k8s.io/function'].map(folded)

const foreignIn = (value: Value): Flaw[] => {
  const { text: kind = '' } = at(value, 'kind')
  const isBuiltIn = at(value, 'apiVersion').text === 'builtin'
  const annotations = at(at(value, 'metadata'), 'annotations').fields
  if (folded(kind) === folded('HelmChartInflationGenerator')) return [chart(kind, value.line)]
  if (isBuiltIn && !FUNCTIONS.some((key) => annotations.has(key))) return []
  return [
    {
      message: `the plugin ${kind} is a program or an image to run`,
      hint: 'use what Kustomize has built in (apiVersion: builtin), or commit what the plugin makes',
      line: value.line,
    },
  ]
}

/** Line breaks to some readers and not to others. */
const UNCLEAR_BREAK = /[\u0085\u2028\u2029]|\r(?!\n)/

const strictly = (text: string): { values: Value[]; repeated: number; flaws: Flaw[] } => {
  const unclear = UNCLEAR_BREAK.exec(text) ?? /^%/m.exec(text)
  if (unclear !== null) {
    const line = text.slice(0, unclear.index).split('\n').length
    const message = 'a directive, or a line break that is none to some programs'
    return { values: [], repeated: 0, flaws: [{ message, hint: 'write it without', line }] }
  }
  const reads = [...documentsIn(text)]
  return {
    values: reads.flatMap(({ document, lineOf }) =>
      document?.contents == null ? [] : [plain(document.contents, document, lineOf)],
    ),
    repeated: reads.reduce((sum, { repeated }) => sum + repeated, 0),
    flaws: reads.flatMap((read) => [...read.flaws, ...unclearIn(read)]),
  }
}

const unclearIn = ({ document, lineOf }: Read): Flaw[] => {
  const flaws: Flaw[] = []
  const add = (what: string, node: unknown) =>
    flaws.push({ message: `${what}, which programs read differently`, hint: 'write it out', line: lineOf(node) })
  if (document !== undefined)
    visit(document, {
      Node: (_, node) => {
        if (!isAlias(node) && node.tag !== undefined) add(`the tag ${node.tag}`, node)
      },
      Map: (_, { items }) => {
        const keys = items.map(({ key }) => (isScalar(key) ? folded(String(key.value)) : ''))
        for (const [index, { key }] of items.entries()) {
          if (keys[index] === '<<') add('a merge key <<', key)
          if (keys.indexOf(keys[index] ?? '') < index) add(`the key ${key} twice but for case`, key)
        }
      },
    })
  return flaws
}

const plain = (node: Node, document: NonNullable<Read['document']>, lineOf: Read['lineOf']): Value => {
  const source = isAlias(node) ? node.resolve(document) : node
  const inner = (one: unknown): Value =>
    one == null ? { line: lineOf(node), list: [], fields: new Map() } : plain(one as Node, document, lineOf)
  return {
    line: lineOf(node),
    ...(isScalar(source) ? { text: String(source.value) } : {}),
    list: isSeq(source) ? source.items.map(inner) : [],
    fields: new Map(
      (isMap(source) ? source.items : []).map(({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : ''
        return [folded(name), { ...inner(value), line: lineOf(key), key: name }]
      }),
    ),
  }
}
