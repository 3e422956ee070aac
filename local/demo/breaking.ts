import { CONFIG_PATH } from '../../src/config.ts'
import { shortCommit } from '../../src/report/format.ts'
import type { Files } from '../scene.ts'
import type { Live } from './chapters.ts'
import { checksClaim, claim, commentClaim, failedStepClaim, rowsClaim, servedClaim } from './claims.ts'
import { lastWordsOf } from './cluster-witness.ts'
import { bodyOf, browse, build, reportedClaim, slackOf } from './look.ts'
import type { Stage } from './stage.ts'

/** Before its rollout: the version before goes on serving. */
export const breakingMigration = async (stage: Stage, { number, sha, comment }: Live): Promise<void> => {
  const { namespace, scene, short } = stage
  stage.chapter('2 of 6 · A push breaks the migration')
  const head = await pushWith(stage, number, [
    ['database: {}', 'database: { env: { name: SHOP_DATABASE } }', 'the app still reads DATABASE_NAME'],
  ])
  const said = await stage.step('migration', 'synchronize', number, { fails: true })
  stage.showComment(number)
  stage.showSlack()
  const { pages } = await browse(stage)
  const words = await lastWordsOf(namespace, `job/app1-migrate-${short}`, 'migrate')
  const [first, ...more] = scene.comments(number)
  const [body, slack, before] = [bodyOf(stage, number), slackOf(stage), shortCommit(sha)]
  stage.tell([
    failedStepClaim(said),
    commentClaim(
      first === undefined ? [] : [first],
      ['Not deployed: the migration failed (app1)', `last good ${before}`],
      comment,
    ),
    claim(
      'A short comment says so too, because GitHub notifies nobody of an edited one',
      more.length === 1 && more[0]?.body.includes('Not deployed: the migration failed (app1)') === true,
      `${more.length} more comments`,
    ),
    claim(`It has the migration’s last words: “${words}”`, words !== '' && body.includes(words), words || 'no words'),
    servedClaim(`Commit ${shortCommit(head)} of app1 serves nobody: its URL answers as before`, pages.slice(0, 1), sha),
    claim(`The comment strikes its link out, which shows ${before}`, STRUCK_OUT.exec(body)?.[1] === before, body),
    rowsClaim(body, pages),
    claim('Slack says so too', slack.includes(`${pages[0]?.url}/) (still ${before})`), slack || 'no message'),
  ])
}

/** The row of app1, up to its commit. */
const STRUCK_OUT = /^\| app1 \| Outdated \| ~~\[Open app1\]\([^)]+\)~~[^|]* \| (\w+) /m

/** After its rollout: everything is up and healthy, and only the smoke check notices. */
export const breakingQueue = async (stage: Stage, { number, comment }: Live): Promise<void> => {
  const { scene } = stage
  stage.chapter('3 of 6 · A push breaks the queue')
  const head = await pushWith(stage, number, [
    [
      'JOBS_QUEUE: two-apps-jobs\n      WORKER_URL',
      'JOBS_QUEUE: two-apps-jbos\n      WORKER_URL',
      'there is no such queue',
    ],
    ['database: {}', 'smoke: { attempts: 1 }\ndatabase: {}', 'the checks are asked once, to keep this short'],
  ])
  const said = await stage.step('queue', 'synchronize', number, { fails: true })
  stage.showComment(number)
  stage.showSlack()
  const { pages } = await browse(stage)
  stage.tell([
    failedStepClaim(said),
    servedClaim('Both URLs answer 200', pages, head),
    checksClaim(said.report, ['queue of app1']),
    commentClaim(
      scene.comments(number).slice(0, 1),
      ['queue fails on app1', '1 new failure since the last push'],
      comment,
    ),
    rowsClaim(bodyOf(stage, number), pages),
    claim('Slack names it too', slackOf(stage).includes('queue fails on app1'), slackOf(stage) || 'no message'),
    await reportedClaim(stage, said),
  ])
}

/** What is in the file, what takes its place, and why that is wrong. */
type Mistake = [string, string, string]

const pushWith = async (stage: Stage, number: number, mistakes: readonly Mistake[]): Promise<string> => {
  const { scene, files } = stage
  const sha = scene.push(number, mistakes.reduce(changed, files))
  const diff = mistakes.flatMap(([from, to, why]) => {
    const [old, now] = [from.split('\n'), to.split('\n')]
    return [
      ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
      ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}   # ${why}`),
    ]
  })
  stage.happens('GitHub', `Ada pushes commit ${shortCommit(sha)}. What it changes in ${CONFIG_PATH}:`, diff)
  await build(stage, sha)
  return sha
}

const changed = (files: Files, [from, to]: Mistake): Files => {
  const text = files[CONFIG_PATH] ?? ''
  if (!text.includes(from)) throw new Error(`the example's ${CONFIG_PATH} has no ${from}`)
  return { ...files, [CONFIG_PATH]: text.replace(from, to) }
}
