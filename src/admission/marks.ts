import { LABEL } from '../names.ts'
import type { Finding, Rule } from './build.ts'
import { mapOf, mapsIn, shown } from './fields.ts'

const OURS = LABEL.environment.slice(0, LABEL.environment.indexOf('/') + 1)
/** Of kubectl's ApplySets: whoever prunes one would take a preview's objects for its own. */
const APPLY_SET = 'applyset.kubernetes.io/'
const LONGEST_LABEL = 63

/** What people may ask of the action, each with the values it knows. */
const WISHES: Record<string, readonly string[]> = {
  [`${OURS}prune`]: ['disabled'],
  [`${OURS}recreate`]: ['never'],
}
const READY = `${OURS}ready`

export const reservedMarks: Rule = (object) =>
  mapsIn(object).flatMap(({ path, fields }) =>
    Object.keys(fields)
      .filter((key) => key.startsWith(OURS) || key.startsWith(APPLY_SET))
      .filter((key) => path !== 'metadata.annotations' || !(key === READY || Object.hasOwn(WISHES, key)))
      .map((key) => ({
        message: `${path} has ${key}, by which ${key.startsWith(OURS) ? 'the action knows' : 'kubectl prunes'} what is its own`,
        hint: `remove it; the annotations ${[READY, ...Object.keys(WISHES)].join(', ')} are what people may set`,
      })),
  )

export const wishes: Rule = ({ metadata }, { readyProblem }) => {
  const annotations = Object.entries(mapOf(metadata.annotations))
  const unknown = annotations.flatMap(([key, value]): Finding[] => {
    const known = Object.hasOwn(WISHES, key) ? WISHES[key] : undefined
    return known === undefined || known.includes(shown(value))
      ? []
      : [
          {
            message: `metadata.annotations: ${key} is ${JSON.stringify(value)}`,
            hint: `write ${known.join(' or ')}, or remove it`,
          },
        ]
  })
  const rule = mapOf(metadata.annotations)[READY]
  const problem = rule === undefined ? undefined : readyProblem(shown(rule))
  return problem === undefined
    ? unknown
    : [...unknown, { message: `metadata.annotations: ${READY}: ${problem}`, hint: 'correct the rule, or remove it' }]
}

/** Set by the API server or by controllers; in a manifest they are a copy of some other object's. */
const LIVE_ONLY = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'selfLink', 'deletionTimestamp']
const LIVE_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision']

export const liveFields: Rule = ({ metadata, status }) => {
  const copied = [
    ...LIVE_ONLY.filter((key) => mapOf(metadata)[key] !== undefined),
    ...LIVE_ANNOTATIONS.filter((key) => Object.hasOwn(mapOf(metadata.annotations), key)).map(
      (key) => `annotations: ${key}`,
    ),
  ]
  return [
    ...copied.map((key) => ({
      message: `metadata.${key} is set, as in a copy of a live object`,
      hint: 'remove it: the cluster sets it',
    })),
    ...(status === undefined
      ? []
      : [{ message: 'status is set, as in a copy of a live object', hint: 'remove it: the cluster sets it' }]),
    ...['ownerReferences', 'finalizers']
      .filter((key) => mapOf(metadata)[key] !== undefined)
      .map((key) => ({
        message: `metadata.${key} is set: somebody else would decide when the object goes`,
        hint: 'remove it: an object of a preview goes with the preview',
      })),
  ]
}

export const labelLengths: Rule = (object) =>
  mapsIn(object)
    .filter(({ path }) => path === 'metadata.labels' || path.endsWith('.metadata.labels'))
    .flatMap(({ path, fields }) =>
      Object.entries(fields)
        .filter(([, value]) => shown(value).length > LONGEST_LABEL)
        .map(([key, value]) => ({
          message: `${path}: the value of ${key} has ${shown(value).length} characters; a label's may have ${LONGEST_LABEL}`,
          hint: 'shorten it, or make it an annotation',
        })),
    )
