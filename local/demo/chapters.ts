import { CONFIG_PATH } from '../../src/config.ts'
import { shortCommit } from '../../src/report/format.ts'
import { REPOSITORY } from '../aws/parts.ts'
import {
  type Claim,
  type Comment,
  claim,
  commentClaim,
  deployClaims,
  removedClaims,
  repeatClaims,
  rowsClaim,
} from './claims.ts'
import { objectsMentioning } from './cluster-witness.ts'
import { givenBackClaims, type Kept, keptClaim } from './database-claims.ts'
import { contentOf, holderOf } from './database-witness.ts'
import { leadsTo, leftOf, type Preview } from './left.ts'
import { bodyOf, browse, build, commentOf, database, databaseClaims, namesOf, reportedClaim, slackOf } from './look.ts'
import type { Stage } from './stage.ts'
import { visit } from './visit.ts'

const TITLE = 'Log in with 🍣'
const NAME = `${REPOSITORY.owner}/${REPOSITORY.name}`

/** The pull request and its preview while both live; `sha` is the commit that serves. */
export type Live = { number: number; sha: string; comment: Comment | undefined; address: string; preview: Preview }

/** After a deploy: what people see, and whether it is true. */
const lookAround = async (stage: Stage, number: number, sha: string, title: string, before?: Comment) => {
  const { scene } = stage
  const said = await stage.step(title, before === undefined ? 'opened' : 'synchronize', number)
  stage.showComment(number)
  stage.showSlack()
  const { address, pages } = await browse(stage)
  stage.tell([
    ...deployClaims({ said, sha, pages, slack: slackOf(stage) }),
    commentClaim(scene.comments(number), ['Preview is live', shortCommit(sha), ...pages.map(({ url }) => url)], before),
    rowsClaim(bodyOf(stage, number), pages),
    ...(await databaseClaims(stage, number)),
    await reportedClaim(stage, said),
  ])
  return { address, comment: commentOf(stage, number) }
}

export const opening = async (stage: Stage): Promise<Live> => {
  const { scene, platform, branch, files, id, short, namespace, hosts, aws } = stage
  stage.chapter('1 of 6 · A pull request is opened')
  const settings = Object.entries(platform.settings).map(([name, value]) => `${name}: ${value}`)
  stage.happens('Platform team', 'has said once, in the install ConfigMap, which databases there are:', settings)
  const { number, sha } = scene.open(branch, files, TITLE)
  stage.diary.pullRequest({ repository: NAME, number, title: TITLE, branch, isOpen: true })
  stage.happens('GitHub', `Ada opens pull request #${number} in ${NAME}, “${TITLE}”, at commit ${shortCommit(sha)}.`)
  const asked = (files[CONFIG_PATH] ?? '').trimEnd().split('\n')
  stage.happens('Repository', `asks for all of it in ${CONFIG_PATH}:`, asked)
  await build(stage, sha)
  const { address, comment } = await lookAround(stage, number, sha, 'open')
  const routes = [...(await aws.routes()).values()].flat().filter(leadsTo(hosts))
  return { number, sha, comment, address, preview: { namespace, id, short, hosts, routes } }
}

export const fixing = async (stage: Stage, live: Live): Promise<void> => {
  const { scene, files } = stage
  const { number, comment } = live
  const sha = scene.push(number, { ...files, 'README.md': 'Log in with sushi.\n' })
  stage.chapter('4 of 6 · It is put right')
  stage.happens('GitHub', `Ada pushes commit ${shortCommit(sha)} to pull request #${number}.`)
  await build(stage, sha)
  await lookAround(stage, number, sha, 'fix', comment)
}

export const repeating = async (stage: Stage, { number, preview }: Live): Promise<void> => {
  const written = stage.runs.at(-1)?.report.changes.map(({ subject }) => subject) ?? []
  const owned = async (): Promise<string[]> => [
    ...(await objectsMentioning(preview.namespace, preview.short))
      .filter(({ subject }) => written.includes(subject))
      .map(({ subject, version }) => `${subject} ${version}`),
    ...(await stage.aws.records(preview.id)),
  ]
  stage.chapter('5 of 6 · The same event again')
  stage.happens('GitHub', 'somebody presses “Re-run all jobs”. Nothing is new, so nothing may change.')
  const [before, kept] = [await owned(), await database(stage)]
  const said = await stage.step('again', 'synchronize', number)
  stage.tell([...repeatClaims({ said, before, after: await owned() }), keptClaim(kept, await database(stage))])
}

export const closing = async (stage: Stage, live: Live): Promise<void> => {
  const { scene, aws, urls, branch } = stage
  const { number, comment, address, preview } = live
  const kept = await database(stage)
  scene.close(number)
  stage.chapter('6 of 6 · The pull request is closed')
  stage.diary.pullRequest({ repository: NAME, number, title: TITLE, branch, isOpen: false })
  stage.happens('GitHub', `Ada closes pull request #${number}.`)
  const said = await stage.step('close', 'closed', number)
  stage.showComment(number, (summary) => summary.startsWith('Receipt'))
  stage.showSlack()

  const left = await leftOf(preview, aws)
  const what = left.length === 0 ? 'nothing' : `${left.length} things`
  stage.happens('What is left', `${what}. Looked at: every kind of object in the namespace, the zone, ELBv2.`, left)
  const [names, visits] = [await namesOf(stage), await Promise.all(urls.map((url) => visit(url, address)))]
  stage.tell([
    ...removedClaims({ said, left, names, visits }),
    commentClaim(scene.comments(number), ['Removed', 'verified'], comment),
    ...(await databaseGone(stage, kept)),
    await reportsKept(stage),
  ])
}

const databaseGone = async ({ namespace }: Stage, { lease }: Kept): Promise<Claim[]> =>
  lease === undefined
    ? [claim('The database is given back', false, 'there was no lease before')]
    : givenBackClaims(await holderOf(namespace, lease.name), await contentOf(lease))

/** Smoke reports outlive their preview by design. */
const reportsKept = async ({ aws, happens, runs }: Stage): Promise<Claim> => {
  const places = runs.flatMap(({ report }) => report.smoke?.result?.report ?? [])
  const buckets = [...new Set(places.map(({ bucket }) => bucket))]
  const keys = places.map(({ key }) => key)
  happens('S3', `the smoke reports stay, for whoever reads the closed pull request. In ${buckets.join(', ')}:`, keys)
  const pages = await Promise.all(places.map((place) => aws.reportAt(place)))
  const there = pages.filter((text) => text !== undefined).length
  return claim(`All ${places.length} smoke reports are in S3`, there > 0 && there === places.length, there)
}
