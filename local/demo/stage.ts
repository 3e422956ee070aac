import { createHash } from 'node:crypto'
import type { Report } from '../../src/report/report.ts'
import { DOMAIN } from '../aws/parts.ts'
import { foldLog } from '../runner/fold.ts'
import type { Files, Scene } from '../scene.ts'
import type { AwsWitness } from './aws-witness.ts'
import type { Claim, Said } from './claims.ts'
import { wrap } from './columns.ts'
import { createDiary } from './diary.ts'
import { commentLines } from './github-comment.ts'
import { liveLog } from './live-log.ts'
import type { Page } from './page.ts'
import type { Platform } from './platform.ts'
import { slackLines } from './slack-message.ts'

/** The groups worth reading at once; on GitHub they are a click away. */
const UNFOLDED = ['Lease a database', 'Apply to EKS', 'Remove the objects', 'Release the database']
/** Of examples/two-apps, each with a program and an image of its name; and where it answers a browser. */
export const APPS = { app1: '/', app2: '/healthz' }

export type StageOptions = {
  scene: Scene
  page: Page
  aws: AwsWitness
  platform: Platform
  signal: AbortSignal
  namespace: string
  branch: string
  files: Files
}
/** One run of the step; `wall` is milliseconds. */
export type StepRun = Said & { title: string; wall: number }
export type Stage = ReturnType<typeof createStage>

/** What all chapters of the demo have in common: the places they look at, what has run, and what turned out untrue. */
export const createStage = (options: StageOptions) => {
  const { scene, page, aws, branch } = options
  const runs: StepRun[] = []
  const untrue: string[] = []
  const diary = createDiary(scene)
  const id = createHash('md5').update(branch).digest('hex')
  const hosts = Object.keys(APPS).map((app) => `${id}-${app}.${DOMAIN}`)

  return {
    ...options,
    id,
    /** Last part of the names of the preview's objects. */
    short: id.slice(0, 12),
    hosts,
    urls: Object.values(APPS).map((path, at) => new URL(`http://${hosts[at]}:${scene.stack.publicPort}${path}`)),
    runs,
    untrue,
    diary,
    chapter: (title: string): void => {
      page.heading(title)
      diary.begin(title)
    },
    /** Something happens, and where; `lines` show it. */
    happens: (where: string, text: string, lines: readonly string[] = []): void => {
      page.caption(where, text)
      page.frame(lines.flatMap((line) => wrap(line, page.width)))
      diary.event(where, text, lines)
    },
    /** Runs the workflow's step for what happened to the pull request, with its log. */
    step: async (title: string, action: string, number: number, { fails = false } = {}): Promise<StepRun> => {
      const run = { title, ...(await runStep(options, action, number, fails)) }
      runs.push(run)
      diary.collect()
      const place = run.report.smoke?.result?.report
      if (place) diary.report(await aws.reportAt(place))
      return run
    },
    showComment: (number: number, unfold?: (summary: string) => boolean): void => {
      for (const { login, body } of scene.comments(number)) {
        page.caption('GitHub', `the comment of ${login} on pull request #${number}:`)
        page.frame(commentLines(body, page.width, unfold))
      }
    },
    showSlack: (): void => {
      const message = scene.slack.messages().at(-1)
      page.caption('Slack', message === undefined ? 'no message' : 'the newest message in the channel:')
      page.frame(slackLines(message?.blocks ?? [], page.width))
    },
    tell: (claims: readonly Claim[]): void => {
      page.claims(claims)
      diary.claims(claims)
      untrue.push(
        ...claims.filter(({ found }) => found !== undefined).map(({ says, found }) => `${says} — but found: ${found}`),
      )
    },
  }
}

const runStep = async ({ scene, page, signal }: StageOptions, action: string, number: number, fails: boolean) => {
  signal.throwIfAborted()
  page.caption('Workflow', `runs its one step, eks-preview, for “${action}”. The log, as GitHub folds it:`)
  const onOutput = liveLog(
    (line) => page.frame([line]),
    (group) => UNFOLDED.includes(group),
  )
  const started = performance.now()
  const { exit, leaks, log, outputs } = await scene.on(action, number, { onOutput, cancelAfter: () => signal.aborted })
  const wall = performance.now() - started
  signal.throwIfAborted()
  if (exit !== 0 && !fails) {
    page.caption('Workflow', 'the step failed. Its whole log:')
    page.frame(foldLog(log, () => true).split('\n'))
  }
  if (!outputs.result) throw new Error(`The step for “${action}” ended with exit code ${exit} and no result.`)
  return { wall, exit, leaks, report: JSON.parse(outputs.result) as Report }
}
