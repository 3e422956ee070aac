import { kindOf } from '../admission/build.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { type Environment, LABEL } from '../names.ts'
import { withActionNames } from './action-names.ts'
import { podLabelsIn, withMarkedPods } from './pod-templates.ts'
import { withSelectors } from './selectors.ts'

/**
 * Puts right what Kustomize's `nameSuffix` and `labels` leave wrong, or make so. `asWritten` is the same build without our
 * overlay. In a namespace of the environment's own (`suffix` is empty) a selector has nobody else's pods to find.
 */
export const correct = (
  objects: readonly KubeObject[],
  asWritten: readonly KubeObject[],
  environment: Environment,
  suffix: string,
): KubeObject[] => {
  const mark = { [LABEL.environment]: environment.id }
  const labelled = objects.map((object) => withMarkedPods(object, mark))
  if (suffix === '') return labelled
  const services = asWritten.filter((object) => kindOf(object) === 'Service')
  const names = new Set(services.map(({ metadata }) => metadata.name))
  const written = {
    pods: asWritten.flatMap(podLabelsIn),
    services: services.map(({ metadata }) => metadata.labels ?? {}),
  }
  return labelled.map((object) => withActionNames(withSelectors(object, written, mark), names, suffix))
}
