import { DATABASE_SECRET } from '../database/secret.ts'
import { INSTALL_NAME, nameProblems } from '../names.ts'
import { find, kindOf, type Rule } from './build.ts'

/** Of the records and the settings: with a dot, so that no name that gets a suffix can be one. */
const RESERVED = INSTALL_NAME.slice(0, INSTALL_NAME.indexOf('.') + 1)

export const lengths: Rule = ({ kind, metadata }, { suffix }) =>
  nameProblems([{ kind, name: `${metadata.name}${suffix}` }]).map(({ message, hint = '' }) => ({
    message: `metadata.name is too long: ${message}`,
    hint,
  }))

export const reservedNames: Rule = ({ kind, metadata }, { suffix }) => {
  if (kind === 'Secret' && metadata.name === DATABASE_SECRET)
    return [{ message: `${DATABASE_SECRET} is the Secret of the leased database`, hint: 'rename it' }]
  if (metadata.name.startsWith(RESERVED))
    return [{ message: `metadata.name begins with ${RESERVED}, as what the action keeps does`, hint: 'rename it' }]
  return suffix !== '' && metadata.name.endsWith(suffix)
    ? [
        {
          message: `metadata.name ends with ${suffix}, which the action appends to every name`,
          hint: 'take the suffix out of the manifest or the kustomization',
        },
      ]
    : []
}

export const generatedNames: Rule = ({ metadata }) =>
  'generateName' in metadata
    ? [
        {
          message: 'metadata.generateName would make another object at every push',
          hint: 'remove it: metadata.name is enough; a Job whose manifest changes is made anew',
        },
      ]
    : []

export const duplicates: Rule = (object, build) => {
  const first = find(build, kindOf(object), object.metadata.name)
  return first === object
    ? []
    : [
        {
          message: 'is in the build twice, in two namespaces or versions: a preview has one namespace',
          hint: 'remove one, or rename it',
        },
      ]
}
