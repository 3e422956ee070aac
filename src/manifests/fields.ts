import { type Fields, isMap, mapOf, textOf } from '../admission/fields.ts'

/** The value with `change` made to what is at a path such as `spec/ingress/from`, in every entry of the lists on it. */
export const changedAt = (value: unknown, path: string, change: (at: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((entry) => changedAt(entry, path, change))
  if (path === '') return change(value)
  const [key = '', ...rest] = path.split('/')
  if (!isMap(value) || !Object.hasOwn(value, key)) return value
  return { ...value, [key]: changedAt(value[key], rest.join('/'), change) }
}

/** The value with `change` made to every map in it, the inner ones first. `path`: `spec.containers[web]`. */
export const changedMaps = (value: unknown, change: (map: Fields, path: string) => Fields, path = ''): unknown => {
  if (Array.isArray(value))
    return value.map((entry, index) => changedMaps(entry, change, `${path}[${textOf(mapOf(entry).name) ?? index}]`))
  if (!isMap(value)) return value
  const inner = Object.entries(value).map(([key, inner]) => [
    key,
    changedMaps(inner, change, path === '' ? key : `${path}.${key}`),
  ])
  return change(Object.fromEntries(inner), path)
}
