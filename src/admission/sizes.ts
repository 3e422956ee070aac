import type { Finding, Rule } from './build.ts'
import { mapOf, shown } from './fields.ts'

/** etcd's limit for one request, which the API server keeps to. Bytes. */
const LARGEST = 1.5 * 2 ** 20
/** The API server's limit for keys and values together. Bytes. */
const LARGEST_ANNOTATIONS = 256 * 2 ** 10

export const sizes: Rule = (object) => {
  const all = Buffer.byteLength(JSON.stringify(object))
  const annotations = Object.entries(mapOf(object.metadata.annotations))
  const noted = annotations.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(shown(value)),
    0,
  )
  return [
    ...tooLarge('it', all, LARGEST, 'take large files out of it: let the app fetch them, or put them into the image'),
    ...tooLarge(
      'metadata.annotations',
      noted,
      LARGEST_ANNOTATIONS,
      'remove what is not for people or controllers to read',
    ),
  ]
}

const tooLarge = (what: string, bytes: number, most: number, hint: string): Finding[] =>
  bytes <= most ? [] : [{ message: `${what} has ${bytes} bytes; Kubernetes takes ${most}`, hint }]
