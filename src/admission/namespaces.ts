import type { Rule } from './build.ts'
import { shown } from './fields.ts'

/**
 * The action gives every object the namespace of previews: what was meant for another place would silently come to ours. The
 * namespace that most objects have is the one the kustomization is made for.
 */
export const namespaces: Rule = (object, { home }) => {
  const { namespace } = object.metadata
  if (namespace === undefined || namespace === home) return []
  const others =
    home === undefined ? 'most objects of the build name none' : `most objects of the build are in ${shown(home)}`
  return [
    {
      message: `metadata.namespace is ${shown(namespace)}, while ${others}`,
      hint: 'remove it: a preview has one namespace, which the action sets. What belongs elsewhere the platform team installs',
    },
  ]
}
