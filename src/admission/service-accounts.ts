import { kindOf, type Rule } from './build.ts'
import { mapOf } from './fields.ts'

/** Whoever may make it gets a token of any ServiceAccount that lives as long as the Secret. */
export const tokens: Rule = (object) =>
  kindOf(object) === 'Secret' && object.type === 'kubernetes.io/service-account-token'
    ? [
        {
          message: `type is ${object.type}: a token that anybody's ServiceAccount can be asked for`,
          hint: 'take it out: a pod finds a token of its own ServiceAccount in its files',
        },
      ]
    : []

const ROLE = 'eks.amazonaws.com/role-arn'

/** An IAM role is trusted to a ServiceAccount by its name. */
export const identities: Rule = (object, { suffix }) =>
  kindOf(object) === 'ServiceAccount' && suffix !== '' && mapOf(object.metadata.annotations)[ROLE] !== undefined
    ? [
        {
          isWarning: true,
          message: `metadata.annotations: ${ROLE}: the role's trust policy names a ServiceAccount, and this one's name gets the suffix ${suffix}`,
          hint: 'if the role cannot be assumed, let the pods use a ServiceAccount of shared-objects, which keeps its name',
        },
      ]
    : []
