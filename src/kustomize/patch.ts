/** A patch of an overlay, as JSON Patch (RFC 6902). */

export type Operation = { op: 'add' | 'replace' | 'remove'; path: string; value?: unknown }
export type Patch = { target: { kind: string; name?: string }; options?: object; patch: string }

export const patch = (target: Patch['target'], operations: readonly Operation[]): Patch => ({
  target,
  options: { allowNameChange: true },
  patch: JSON.stringify(operations),
})

export const rename = (name: string): Operation => ({ op: 'replace', path: '/metadata/name', value: name })

/** Escapes of JSON Pointer (RFC 6901). */
const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** Of an object that has some. */
export const annotated = (annotations: Readonly<Record<string, string>>): Operation[] =>
  Object.entries(annotations).map(([key, value]) => ({
    op: 'add',
    path: `/metadata/annotations/${pointer(key)}`,
    value,
  }))
