import { type Finding, kindOf, type Rule } from './build.ts'
import { type Fields, listOf, mapOf, shown } from './fields.ts'
import { podSpecsIn } from './pod-specs.ts'

/**
 * Lists whose entries server-side apply tells apart by these fields: it refuses two alike, where `kubectl create` takes them
 * (kubernetes#113482).
 */
const IN_POD: Keys = {
  volumes: ['name'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  initContainers: ['name'],
  containers: ['name'],
  ephemeralContainers: ['name'],
}
const IN_CONTAINER: Keys = {
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
}
const IN_SERVICE: Keys = { ports: ['port', 'protocol'] }

type Keys = Readonly<Record<string, readonly string[]>>

export const listKeys: Rule = (object) => [
  ...(kindOf(object) === 'Service' ? doublesIn(mapOf(object.spec), 'spec', IN_SERVICE) : []),
  ...podSpecsIn(object).flatMap(({ path, fields, containers }) => [
    ...doublesIn(fields, path, IN_POD),
    ...containers.flatMap((container) => doublesIn(container.fields, container.path, IN_CONTAINER)),
  ]),
]

const doublesIn = (fields: Fields, path: string, lists: Keys): Finding[] =>
  Object.entries(lists).flatMap(([list, keys]) => {
    const alike = Map.groupBy(listOf(fields[list]).map(mapOf), (entry) =>
      keys.map((key) => keyPart(entry, key)).join('/'),
    )
    return [...alike]
      .filter(([, entries]) => entries.length > 1)
      .map(([key, entries]) => ({
        message: `${path}.${list} has ${key} ${entries.length} times, which server-side apply refuses`,
        hint: list === 'env' ? 'keep the last: it is the one that counts' : 'keep one',
      }))
  })

/** The API server fills in the protocol before it compares. */
const keyPart = (entry: Fields, key: string): string => shown(entry[key] ?? (key === 'protocol' ? 'TCP' : ''))
