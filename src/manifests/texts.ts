import { kindOf } from '../admission/build.ts'
import { type Fields, listOf, mapOf, textOf } from '../admission/fields.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { changedAt } from './fields.ts'
import { withPodSpecs } from './pod-templates.ts'

/** What becomes of a text; `before` is what says what it is: `DB_HOST=`, `--host `. */
export type Change = (text: string, before: string, path: string) => string

/** The object with `change` made to all text that a container is given: environment, command line, ConfigMaps, Secrets. */
export const withTexts = (object: KubeObject, change: Change): KubeObject => {
  switch (kindOf(object)) {
    case 'ConfigMap':
      return withData(object, 'data', change)
    case 'Secret':
      return withData(withData(object, 'stringData', change), 'data', inBase64(change))
    default:
      return withPodSpecs(object, (spec, path) => withContainers(spec, path, change))
  }
}

const withData = (object: KubeObject, field: string, change: Change): KubeObject =>
  changedAt(object, field, (data) =>
    Object.fromEntries(
      Object.entries(mapOf(data)).map(([key, value]) => [
        key,
        typeof value === 'string' ? change(value, `${key}=`, `${field}.${key}`) : value,
      ]),
    ),
  ) as KubeObject

const inBase64 =
  (change: Change): Change =>
  (base64, before, path) => {
    const bytes = Buffer.from(base64, 'base64')
    const text = bytes.toString()
    const changed = change(text, before, path)
    // Bytes that are no text would not survive.
    return changed === text || !Buffer.from(text).equals(bytes) ? base64 : Buffer.from(changed).toString('base64')
  }

const withContainers = (spec: Fields, path: string, change: Change): Fields =>
  ['containers', 'initContainers'].reduce<unknown>(
    (changed, list) =>
      changedAt(changed, list, (container) => withContainer(mapOf(container), `${path}.${list}`, change)),
    spec,
  ) as Fields

const COMMANDS = [
  'livenessProbe.exec.command',
  'readinessProbe.exec.command',
  'startupProbe.exec.command',
  'lifecycle.postStart.exec.command',
  'lifecycle.preStop.exec.command',
  'command',
  'args',
]

const withContainer = (container: Fields, list: string, change: Change): Fields => {
  const path = `${list}[${textOf(container.name) ?? ''}]`
  const withEnv = changedAt(container, 'env', (entry) => {
    const { name, value, ...others } = mapOf(entry)
    if (typeof value !== 'string') return entry
    return { name, value: change(value, `${name}=`, `${path}.env[${name}]`), ...others }
  })
  return COMMANDS.reduce<unknown>((changed, field) => {
    const [last = '', ...parents] = field.split('.').reverse()
    return changedAt(changed, parents.reverse().join('/'), (parent) => {
      const words = listOf(mapOf(parent)[last])
      return words.length === 0 ? parent : { ...mapOf(parent), [last]: withWords(words, `${path}.${field}`, change) }
    })
  }, withEnv) as Fields
}

const withWords = (words: readonly unknown[], path: string, change: Change): unknown[] =>
  words.map((word, index) =>
    typeof word === 'string' ? change(word, `${textOf(words[index - 1]) ?? ''} `, `${path}[${index}]`) : word,
  )
