import { INSTALL_NAME, LABEL } from '../names.ts'
import { markdownCode, markdownLink } from './escape.ts'
import { fold, listed } from './folds.ts'
import type { Report } from './report.ts'

/** How to look into a preview, what one can do with it, and with which rights it was made. */
export const aboutFold = (report: Report): string => {
  const { environment, place, status } = report
  const isThere = status === 'deploying' || status === 'live' || status === 'failed'
  if (!isThere || environment === undefined || place === undefined) return ''
  const selected = `-n ${place.namespace} -l ${LABEL.environment}=${environment.id}`
  return fold(
    'About this preview',
    listed([
      `Its pods: ${markdownCode(`kubectl get pods ${selected}`)}`,
      `Their logs: ${markdownCode(`kubectl logs ${selected} --all-containers --prefix --tail=100`)}`,
      again(report),
      rights(place),
    ]),
  )
}

const again = ({ database, pullRequest, run }: Report): string => {
  const job = `The same commit again: re-run ${markdownLink('the job', run.url)}.`
  const target = pullRequest === undefined ? '' : `\`target: ${pullRequest.number}\` and `
  const reset = database === undefined ? '' : '; `reset-database: true` empties its database'
  return `${job} By hand, where the workflow has \`workflow_dispatch\`: ${target}\`mode: deploy\` or \`mode: teardown\`${reset}`
}

const rights = ({ cluster, namespace, role, workflow }: NonNullable<Report['place']>): string => {
  const who = role === undefined ? "the job's own credentials" : `IAM role ${markdownCode(role)}`
  const from = workflow === undefined ? '' : ` from the workflow ${markdownCode(workflow)}`
  const where = `namespace ${markdownCode(namespace)}${cluster === undefined ? '' : ` of cluster ${markdownCode(cluster)}`}`
  return `Made with ${who}${from}, in ${where}. Settings in the ConfigMap ${markdownCode(INSTALL_NAME)} win over those of the workflow`
}
