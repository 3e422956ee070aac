import { Composer, isMap, isScalar, isSeq, type Scalar } from 'yaml'
import type { KubeObject } from '../cluster/cluster.ts'
import { tokensIn } from './bounded-yaml.ts'

/**
 * Kustomize's output as objects, typed as Kubernetes' own reader types it. Kustomize has settled by then what the manifests
 * leave open (`no`, `012`, `1_000`, dates): text that could be anything else is quoted, and what is not quoted is JSON.
 */
export const parseManifests = (text: string): KubeObject[] => {
  const objects: KubeObject[] = []
  // One document after the other: all of them as syntax trees take a hundred times the memory of the text.
  for (const document of new Composer({ schema: 'failsafe', uniqueKeys: false }).compose(tokensIn(text))) {
    if (document.errors[0]) throw document.errors[0]
    const object = jsonOf(document.contents)
    if (object !== null) objects.push(object as KubeObject)
  }
  return objects
}

const jsonOf = (node: unknown): unknown => {
  if (node === null) return null
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [keyOf(key), jsonOf(value)]))
  if (isSeq(node)) return node.items.map(jsonOf)
  if (isScalar(node) && node.tag === undefined) return scalarOf(node)
  throw new Error(`kustomize wrote what is not JSON: ${node}`)
}

const keyOf = (key: unknown): string => {
  const name = isScalar(key) ? String(key.value) : ''
  // Whoever copies the object key by key would give it another prototype.
  if (name === '__proto__') throw new Error('a manifest has the key __proto__, which no object of Kubernetes has')
  return name
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/

const scalarOf = ({ type, value }: Scalar): unknown => {
  const text = String(value ?? '')
  if (type !== 'PLAIN') return text
  if (text === 'null' || text === '') return null
  if (text === 'true' || text === 'false') return text === 'true'
  // Beyond the range of a number it is text to Kubernetes too: `1234e567` is a fine commit.
  return NUMBER.test(text) && Number.isFinite(Number(text)) ? numberOf(text) : text
}

/** Kubernetes keeps 64 bits of an integer and JavaScript 53; of a larger one both have what a floating-point number holds. */
const numberOf = (text: string): number => {
  const number = Number(text)
  if (!/^-?\d+$/.test(text)) return number
  const integer = BigInt(text)
  if (BigInt.asIntN(64, integer) === integer && String(integer) !== String(number))
    throw new Error(`the number ${text} cannot be carried exactly: put it in quotes if it is an id`)
  return number
}
