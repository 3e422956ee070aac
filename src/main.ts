import * as core from '@actions/core'
import { actionsLog } from './actions-log.ts'
import type { Overtaken } from './cluster/record.ts'
import { type Context, contextFrom } from './context.ts'
import { isCode, PreviewError } from './errors.ts'
import { intentOf } from './event.ts'
import { type Inputs, inputsIn, parseInputs, secretsIn } from './inputs.ts'
import { annotationsOf } from './report/annotations.ts'
import { outputsOf } from './report/outputs.ts'
import type { Report } from './report/report.ts'
import { standIn } from './report/stand-in.ts'
import { renderSummary } from './report/summary.ts'
import { verdictText } from './report/verdict.ts'
import { type Steps, steps } from './step.ts'
import { type Channels, optional, retell, tell, withdraw } from './tell.ts'

const { log, groups } = actionsLog(core)

/** A cancelled run ends by itself far sooner, unless a library sleeps; the runner sends SIGTERM after 7.5 s. */
const LAST_WORDS = 4_000

/** What `post` needs to finish a comment that says "deploying" when the run was ended before it could. */
const UNFINISHED = 'unfinished'
type Told = { report: Report; pullRequests: readonly number[] }

const main = async (): Promise<void> => {
  const started = performance.now()
  const cancel = new AbortController()
  process.once('SIGINT', () => {
    cancel.abort(new Error('the run was cancelled'))
    setTimeout(() => process.exit(1), LAST_WORDS).unref()
  })
  const run = steps(log, groups)
  const report = newReport(run)
  const told: Told & { channels?: Channels } = { report, pullRequests: [] }
  try {
    await carryOut(report, run, cancel.signal, told)
  } catch (error) {
    report.failure = asPreviewError(error)
    report.status = isCode(error, 'Superseded') ? 'superseded' : 'failed'
  }
  report.ms = Math.round(performance.now() - started)
  // Of a cancelled run seconds are left, but its post step has minutes: that finishes the comment.
  if (!isCode(report.failure, 'Cancelled')) {
    if (told.channels && isNews(report)) await tell(report, told.pullRequests, told.channels)
    core.saveState(UNFINISHED, '')
  }
  await publish(report)
}

const carryOut = async (
  report: Report,
  run: Steps,
  signal: AbortSignal,
  told: Told & { channels?: Channels },
): Promise<void> => {
  const { context, intent, inputs } = await run.step('Read the event and the inputs', async (say) => {
    const context = await contextFrom(process.env)
    report.run = { url: context.run.url, attempt: context.run.attempt }
    const raw = secretless()
    const intent = intentOf(context.event, raw)
    const inputs = intent.kind === 'skip' ? undefined : parseInputs(raw)
    if (inputs && !inputs.slack && raw['slack-channel']) say.info('no Slack message: slack-token is empty')
    return { context, intent, inputs }
  })
  report.intent = intent
  if (inputs) report.place = placeOf(inputs, context)
  if (intent.kind === 'skip' || inputs === undefined) {
    report.status = 'skipped'
    return
  }
  // Most of the bundle, which a skip does not need.
  const { connect } = await import('./connect.ts')
  const { Overtaken } = await import('./cluster/record.ts')
  const { deploy } = await import('./deploy.ts')
  const { list } = await import('./list.ts')
  const { teardown } = await import('./teardown.ts')
  const outside = connect({
    context,
    inputs,
    log,
    signal,
    mask: core.setSecret,
    idToken: () => core.getIDToken('sts.amazonaws.com'),
  })
  told.channels = outside.channels
  if (intent.kind !== 'list' && 'pullRequest' in intent.target) told.pullRequests = [intent.target.pullRequest]
  const announce = async (pullRequests: readonly number[]): Promise<void> => {
    told.pullRequests = pullRequests
    core.saveState(UNFINISHED, { report, pullRequests } satisfies Told)
    // As it is now: the story goes on while GitHub is asked, and what comes of it is told when it has ended.
    await tell({ ...report }, pullRequests, outside.channels)
  }
  const cluster = await run.step('Connect to the cluster', outside.cluster)
  try {
    const tellOf = (theirs: Report, pullRequests: readonly number[]) => tell(theirs, pullRequests, outside.channels)
    const story = { to: { ...outside.ports, cluster, announce, tellOf }, of: outside.run, run, report }
    if (intent.kind === 'deploy') await deploy(intent, story)
    else if (intent.kind === 'teardown') await teardown(intent, story)
    else await list(story)
  } catch (error) {
    if (error instanceof Overtaken) await giveWay(error, report, told.pullRequests, outside.channels)
    throw error
  } finally {
    const { requests, writes, bytes } = cluster.traffic()
    log.debug(`the API server was asked ${requests} times, ${writes} of them to change something; ${bytes} bytes`)
    await cluster.close()
  }
}

const placeOf = ({ cluster, namespace, roleToAssume }: Inputs, { workflow }: Context) => ({
  namespace,
  ...(cluster.kind === 'eks' && { cluster: cluster.name }),
  // Its account's number is nobody's business.
  ...(roleToAssume && { role: roleToAssume.replace(/^.*:role\//, '') }),
  ...(workflow && { workflow }),
})

/** The comment is now that run's. */
const giveWay = async (
  { by, life }: Overtaken,
  report: Report,
  pullRequests: readonly number[],
  channels: Channels,
): Promise<void> => {
  const { life: ours } = report
  if (ours === undefined) return
  const instead = standIn(report, by, life)
  if (instead) await retell(instead, ours, pullRequests, channels)
  // Two runs of one commit show the same deployment.
  if (by?.sha !== report.commit) await withdraw(report, channels)
  delete report.life
}

/** Registers the secrets first, so that nothing that is said about the inputs can hold one. */
const secretless = (): Record<string, string> => {
  const raw = inputsIn(process.env)
  for (const secret of secretsIn(raw)) core.setSecret(secret)
  return raw
}

/** Runs after every main, also a killed one. */
const post = async (): Promise<void> => {
  const left = core.getState(UNFINISHED)
  if (left === '') return
  const { report, pullRequests } = JSON.parse(left) as Told
  const context = await contextFrom(process.env)
  const { connect } = await import('./connect.ts')
  const { channels } = connect({
    context,
    inputs: parseInputs(secretless()),
    log,
    signal: AbortSignal.timeout(60_000),
    mask: core.setSecret,
    idToken: () => core.getIDToken('sts.amazonaws.com'),
  })
  const failure = new PreviewError('Cancelled', 'the run ended before it was finished', {
    hint: 'push again, or run the job again: it continues where this one stopped',
  })
  await tell({ ...report, status: 'failed', failure }, pullRequests, channels)
}

/** A run that holds no environment tells only of a failure, or that nothing is there: else the comment is another run's. */
const isNews = ({ status, life }: Report): boolean => status === 'failed' || status === 'removed' || life !== undefined

const newReport = (run: Steps): Report => ({
  intent: { kind: 'skip', reason: '', hint: '' },
  status: 'deploying',
  apps: [],
  changes: [],
  receipt: [],
  steps: run.results,
  warnings: [],
  startedAt: new Date().toISOString(),
  ms: 0,
  run: { url: '', attempt: 1 },
})

const publish = async (report: Report): Promise<void> => {
  for (const [name, value] of Object.entries(outputsOf(report))) core.setOutput(name, value)
  await optional('the job summary', log, () => core.summary.addRaw(renderSummary(report)).write())
  for (const { message, ...place } of annotationsOf(report)) core.error(message, place)
  log.info(verdictText(report))
  if (report.status === 'failed') process.exitCode = 1
}

const asPreviewError = (error: unknown): PreviewError =>
  error instanceof PreviewError
    ? error
    : new PreviewError('Unavailable', error instanceof Error ? error.message : String(error), {
        cause: error,
        hint: 'this is not an error we foresaw: please report it with the debug log (re-run with debug logging)',
      })

// The runner starts the same file for `main` and `post`; state set by `main` is seen by `post` only.
if (core.getState('main') === '') {
  core.saveState('main', 'started')
  await main()
} else {
  await post()
}
