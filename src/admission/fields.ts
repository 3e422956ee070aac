/** Manifests are anybody's JSON: what does not have the shape that is looked for reads as absent. */

export type Fields = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const mapOf = (value: unknown): Fields => (isMap(value) ? value : {})

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** As text, for comparing and for messages. `String()` throws for some of what a manifest may hold. */
export const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** The maps of a list, each with its path: by the name it has, else by its index. */
export const entriesOf = (value: unknown, path: string): { path: string; fields: Fields }[] =>
  listOf(value).map((one, index) => {
    const fields = mapOf(one)
    return { path: `${path}[${textOf(fields.name) ?? index}]`, fields }
  })

/** Every map in a value, itself included, with its path. */
export const mapsIn = (value: unknown): { path: string; fields: Fields }[] => {
  const found: { path: string; fields: Fields }[] = []
  const left: { path: string; value: unknown }[] = [{ path: '', value }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { path } = next
    if (Array.isArray(next.value)) {
      const entries = next.value.map((one, index) => ({
        path: `${path}[${textOf(mapOf(one).name) ?? index}]`,
        value: one,
      }))
      left.push(...entries.reverse())
    } else if (isMap(next.value)) {
      const fields = next.value
      found.push({ path, fields })
      for (const [key, inner] of Object.entries(fields).reverse())
        left.push({ path: path === '' ? key : `${path}.${key}`, value: inner })
    }
  }
  return found
}
