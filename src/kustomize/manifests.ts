import { isScalar, parseAllDocuments, visit } from 'yaml'
import type { KubeObject } from '../cluster/cluster.ts'

/**
 * Kustomize's output as objects. The source is compared with the value read: a number that JavaScript cannot hold (`1234e567`,
 * a 20-digit integer) is text to Kubernetes' own reader or would be changed by ours, so it stays as written.
 */
export const parseManifests = (text: string): KubeObject[] =>
  parseAllDocuments(text, { schema: 'core' }).flatMap((document) => {
    if (document.errors[0]) throw document.errors[0]
    visit(document, {
      Scalar: (_, node) => {
        const { value, source } = node
        const inexact =
          typeof value === 'number' &&
          (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
        if (inexact && isScalar(node)) node.value = source ?? String(value)
      },
    })
    const object = document.toJS({ maxAliasCount: 0 })
    return object === null ? [] : [object as KubeObject]
  })
