import { type Fields, isMap, listOf, mapOf } from '../admission/fields.ts'

/** Kubernetes' label selectors: `{ matchLabels, matchExpressions }`. */

export type Labels = Fields
/** The label that tells an environment's objects from all others. */
export type Mark = Readonly<Record<string, string>>

/** Whether the selector, which selects everything when it is empty, selects what has these labels. */
export const selects = (selector: Fields, labels: Labels): boolean =>
  hasAll(labels, mapOf(selector.matchLabels)) &&
  listOf(selector.matchExpressions).every((expression) => isMet(mapOf(expression), labels))

export const hasAll = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value)

const isMet = ({ key, operator, values }: Fields, labels: Labels): boolean => {
  const value = labels[String(key)]
  switch (operator) {
    case 'In':
      return value !== undefined && listOf(values).includes(value)
    case 'NotIn':
      return !listOf(values).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

/** Of this environment only. An absent selector selects nothing, and stays absent. */
export const marked = (selector: unknown, mark: Mark): unknown =>
  isMap(selector) ? { ...selector, matchLabels: { ...mapOf(selector.matchLabels), ...mark } } : selector

/** As it was before Kustomize put our label in. */
export const unmarked = (selector: unknown, mark: Mark): unknown =>
  isMap(selector) && isMap(selector.matchLabels)
    ? { ...selector, matchLabels: without(selector.matchLabels, mark) }
    : selector

export const without = (labels: Labels, mark: Mark): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !Object.hasOwn(mark, key)))
