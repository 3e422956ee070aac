import { PreviewError } from '../errors.ts'
import { type ApiError, isStatus, type Live, subject } from './cluster.ts'

/** Fields that somebody else set, too. */

export const isFieldConflict = (error: unknown): error is ApiError =>
  isStatus(error, 409) && error.causes.some(({ reason }) => reason === 'FieldManagerConflict')

/** The fields that the manifest takes back, in words. Throws when another tool declares the object, as we do. */
export const takenBack = (error: ApiError, before: Live): string => {
  const conflicts = conflictsIn(error)
  const fields = [...conflicts].map(([manager, fields]) => `${fields.join(', ')} (${manager})`).join(', ')
  const appliers = appliersOf(before).filter((manager) => conflicts.has(manager))
  if (appliers.length === 0) return fields
  const names = appliers.join(' and ')
  throw new PreviewError('OwnedByOther', `${subject(before)} is also applied by ${names}: ${fields}`, {
    object: subject(before),
    hint: `let ${names} leave this namespace alone, or rename the object`,
    cause: error,
  })
}

/** Fields by manager. The error's own text has one form for one field and another for several. */
const conflictsIn = ({ causes }: ApiError): Map<string, string[]> => {
  const byManager = Map.groupBy(causes, ({ message = '' }) => /^conflict with "(.*?)"/.exec(message)?.[1] ?? 'somebody')
  return new Map([...byManager].map(([manager, some]) => [manager, some.map(({ field = '' }) => field)]))
}

/** Whoever declares the object by server-side apply; the others are people and controllers that set a field. */
const appliersOf = (live: Live): string[] => {
  const { managedFields = [] } = live.metadata as { managedFields?: { manager: string; operation: string }[] }
  const appliers = managedFields.filter(({ manager, operation }) => operation === 'Apply' && manager !== 'eks-preview')
  return [...new Set(appliers.map(({ manager }) => manager))]
}
