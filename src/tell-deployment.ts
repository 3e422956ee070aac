import { isCode } from './errors.ts'
import type { DeploymentState, Deployments } from './github/pull-request.ts'
import type { Log } from './log.ts'
import { addressOf, begun, descriptionOf } from './report/deployment.ts'
import type { ShownDeployment } from './report/marker.ts'
import type { Report } from './report/report.ts'

/** What the comment is to remember, and what is left to do once it does: who comes after a killed run finds its deployment there. */
export type Shown = { remember: ShownDeployment | undefined; finish: () => Promise<void> }

/** Shows the environment as GitHub's deployment. `before` is what the comment remembers. */
export const showDeployment = async (
  report: Report,
  before: ShownDeployment | undefined,
  deployments: Deployments,
): Promise<Shown> => {
  const { commit, deployment: ours, status } = report
  const nothing = { remember: before, finish: async () => undefined }
  if (ours === undefined || ours.isOver) return nothing
  const mark = (id: number, state: DeploymentState['state'], url?: string): Promise<void> =>
    deployments.mark(id, {
      state,
      description: descriptionOf(report),
      logUrl: report.run.url,
      ...(url === undefined ? {} : { url }),
    })
  if (status === 'removing' || status === 'removed')
    return { remember: undefined, finish: () => retireAll(report, deployments) }
  if (commit === undefined) return nothing

  if (status === 'deploying') {
    if (ours.id !== undefined) return nothing
    const { task, environment } = ours
    const isSame = before?.commit === commit
    ours.id = isSame
      ? before.id
      : await deployments.create({ commit, task, environment, description: descriptionOf(report) })
    const { id } = ours
    const { shown, stale } = begun(id, commit, before)
    if (stale !== undefined) await mark(stale, 'inactive')
    return { remember: shown, finish: async () => (shown.live ? undefined : mark(id, 'in_progress')) }
  }
  // A run that was killed has told GitHub, but not this one.
  const id = ours.id ?? (before?.commit === commit ? before.id : await deployments.find(ours.task, commit))
  if (id === undefined) return nothing
  const { shown } = begun(id, commit, before)
  switch (status) {
    case 'live':
      // Before the comment forgets the one that served until now: killed in between, the next run does it again.
      await mark(id, 'success', addressOf(report))
      if (shown.serving !== undefined) await mark(shown.serving, 'inactive')
      return { ...nothing, remember: { id, commit, live: true } }
    case 'failed':
      return { remember: { ...shown, live: false }, finish: () => mark(id, 'failure', addressOf(report)) }
    case 'superseded':
      return { remember: before, finish: () => mark(id, 'inactive') }
    default:
      return nothing
  }
}

/** Of a run that was overtaken: nobody else knows of its deployment for certain. */
export const withdrawDeployment = async (report: Report, deployments: Deployments): Promise<void> => {
  const { deployment: ours } = report
  if (ours?.id === undefined || ours.isOver) return
  ours.isOver = true
  await deployments.mark(ours.id, { state: 'inactive', description: 'Another run took over', logUrl: report.run.url })
}

const retireAll = async (report: Report, deployments: Deployments): Promise<void> => {
  const { deployment: ours, run } = report
  if (ours === undefined) return
  // Before asking: what fails now is not worth a second try in this run.
  ours.isOver = true
  for (const id of await deployments.active(ours.task))
    await deployments.mark(id, { state: 'inactive', description: 'The preview was removed', logUrl: run.url })
}

/**
 * A workflow that is older than these deployments does not give the permission: unless somebody asked for them, that is worth
 * a line of the log, not a warning on every run.
 */
export const quietUnlessAsked = async <T>(report: Report, log: Log, act: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await act()
  } catch (error) {
    const { deployment: ours } = report
    if (ours === undefined) throw error
    // One that could not be made gets no states.
    if (ours.id === undefined) ours.isOver = true
    if (!isCode(error, 'AccessDenied')) throw error
    ours.isOver = true
    const fix = `${error.hint ?? "give the job's permissions deployments: write"}; or set deployments: off`
    if (ours.isAsked) throw Object.assign(error, { hint: fix })
    log.info(`no deployment is shown on GitHub: ${error.message} — ${fix}`)
    return undefined
  }
}
