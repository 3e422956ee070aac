import type { KubeObject } from '../cluster/cluster.ts'
import { applyStages, isMigration } from '../cluster/stages.ts'
import { hasAll } from '../manifests/label-selector.ts'
import { podLabelsIn } from '../manifests/pod-templates.ts'
import { type Finding, kindOf, type Rule } from './build.ts'
import { listOf, mapOf, shown } from './fields.ts'
import { podSpecsIn } from './pod-specs.ts'

/** What is done all the same, though hardly what its author meant. */

const LABELS = 'app.kubernetes.io/component: migration, and the app.kubernetes.io/name of what has to wait for it'

/** Nothing in a manifest says that a Job comes first, as a pipeline's script does that applies it, waits, and goes on. */
export const migrations: Rule = (object, { objects }) => {
  if (kindOf(object) !== 'Job.batch') return []
  if (!isMigration(object)) return looksLikeOne(object) ? [besides()] : []
  const { tracks } = applyStages(objects, (one) => one)
  const gated = tracks.find((track) => track.migrations.includes(object))?.rest ?? []
  return gated.length === 0 ? [gatesNothing()] : []
}

const looksLikeOne = (object: KubeObject): boolean => {
  const words = podSpecsIn(object).flatMap(({ containers }) =>
    containers.flatMap(({ fields }) => [...listOf(fields.command), ...listOf(fields.args)].map(shown)),
  )
  return [object.metadata.name, ...words].some((word) => /migrat/i.test(word))
}

const besides = (): Finding => ({
  isWarning: true,
  message: 'looks like a migration, but is started at the same time as the workloads',
  hint: `label the Job (not its pods) with ${LABELS}; or leave it so, if nothing has to wait`,
})

const gatesNothing = (): Finding => ({
  isWarning: true,
  message: 'is a migration that nothing waits for: no workload has its app.kubernetes.io/name',
  hint: `give both the Job and the workloads (not only their pods) ${LABELS.slice(LABELS.indexOf('the '))}`,
})

/** A Job's pods are ready as soon as they run, and answer nothing. */
export const jobsBehindServices: Rule = (object, { objects }) => {
  if (kindOf(object) !== 'Service') return []
  const selector = mapOf(mapOf(object.spec).selector)
  if (Object.keys(selector).length === 0) return []
  return objects
    .filter((one) => ['Job.batch', 'CronJob.batch'].includes(kindOf(one)))
    .filter((job) => podLabelsIn(job).some((labels) => hasAll(labels, selector)))
    .map((job) => ({
      isWarning: true,
      message: `spec.selector also finds the pods of ${job.kind}/${job.metadata.name}: requests go to them while they run`,
      hint: 'give them another label than the app’s pods, and select by that; commonLabels, and labels with includeSelectors, make all selectors alike',
    }))
}
