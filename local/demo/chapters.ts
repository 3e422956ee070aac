import { shortCommit } from '../../src/report/format.ts'
import { REPOSITORY } from '../aws/parts.ts'
import { addresses } from '../cluster/addresses.ts'
import { REGISTRY } from '../scene.ts'
import {
  type Claim,
  type Comment,
  claim,
  commentClaim,
  deployClaims,
  removedClaims,
  repeatClaims,
  visitText,
} from './claims.ts'
import { objectsMentioning } from './cluster-witness.ts'
import { wrap } from './columns.ts'
import { leftOf, type Preview } from './left.ts'
import type { Stage } from './stage.ts'
import { addressOf, type Visit, visit } from './visit.ts'

const NAMESPACE = 'previews'
/** The stack's name server, which every program inside has in its resolv.conf. */
const NAME_SERVER = '127.0.0.1'

/** The pull request and its preview while both live. */
export type Live = { number: number; comment: Comment | undefined; address: string; preview: Preview }

const build = async ({ scene, page, app }: Stage, sha: string): Promise<void> => {
  page.caption('Build job', `pushes the image ${REGISTRY}/${app}:${shortCommit(sha)}… (tagged with the commit).`)
  await scene.build(app, sha)
}

/** Opens the URL as a browser does: its name first, then the page. */
const browse = async ({ page, url, host }: Stage): Promise<{ address: string; seen: Visit }> => {
  page.caption('Browser', `opens ${url}`)
  const address = await addressOf(host, NAME_SERVER)
  const seen: Visit = address === undefined ? { error: 'DNS does not know the name' } : await visit(url, address)
  page.frame([`DNS   ${address ?? 'no such name'}`, `HTTP  ${visitText(seen)}`])
  return { address: address ?? addresses.node, seen }
}

/** After a deploy: what people see, and whether it is true. */
const lookAround = async (stage: Stage, number: number, sha: string, title: string, before?: Comment) => {
  const { scene } = stage
  const said = await stage.step(title, before === undefined ? 'opened' : 'synchronize', number)
  stage.showComment(number)
  stage.showSlack()
  const { address, seen } = await browse(stage)
  const slack = scene.slack.messages().at(-1)?.readable ?? ''
  const expectedUrl = stage.url.origin
  stage.tell([
    ...deployClaims({ said, sha, expectedUrl, visit: seen, slack }),
    commentClaim(scene.comments(number), ['Preview is live', shortCommit(sha), expectedUrl], before),
  ])
  return { address, comment: scene.comments(number)[0] }
}

export const opening = async (stage: Stage): Promise<Live> => {
  const { scene, page, branch, files, id, host, aws } = stage
  const { number, sha } = scene.open(branch, files)
  page.heading('1 of 4 · A pull request is opened')
  page.caption(
    'GitHub',
    `Ada opens pull request #${number} in ${REPOSITORY.owner}/${REPOSITORY.name}, from ${branch} at commit ${shortCommit(sha)}. What its .github/preview.yaml asks for:`,
  )
  page.frame(wrap((files['.github/preview.yaml'] ?? '').trimEnd(), page.width))
  await build(stage, sha)
  const { address, comment } = await lookAround(stage, number, sha, 'open')
  const routes = [...(await aws.routes()).values()].flat().filter(({ hosts }) => hosts.includes(host))
  return { number, comment, address, preview: { namespace: NAMESPACE, id, short: id.slice(0, 12), host, routes } }
}

export const pushing = async (stage: Stage, live: Live): Promise<void> => {
  const { scene, page, files } = stage
  const { number, comment } = live
  const sha = scene.push(number, { ...files, 'README.md': 'Log in with sushi.\n' })
  page.heading('2 of 4 · A commit is pushed')
  page.caption('GitHub', `Ada pushes commit ${shortCommit(sha)} to pull request #${number}.`)
  await build(stage, sha)
  await lookAround(stage, number, sha, 'push', comment)
}

export const repeating = async (stage: Stage, { number, preview }: Live): Promise<void> => {
  const { page } = stage
  const written = stage.runs.at(-1)?.report.changes.map(({ subject }) => subject) ?? []
  const owned = async (): Promise<string[]> => [
    ...(await objectsMentioning(preview.namespace, preview.short))
      .filter(({ subject }) => written.includes(subject))
      .map(({ subject, version }) => `${subject} ${version}`),
    ...(await stage.aws.records(preview.id)),
  ]
  page.heading('3 of 4 · The same event again')
  page.caption('GitHub', 'somebody presses “Re-run all jobs”. Nothing is new, so nothing may change.')
  const before = await owned()
  const said = await stage.step('again', 'synchronize', number)
  stage.tell(repeatClaims({ said, before, after: await owned() }))
}

export const closing = async (stage: Stage, live: Live): Promise<void> => {
  const { scene, page, aws, url, host } = stage
  const { number, comment, address, preview } = live
  scene.close(number)
  page.heading('4 of 4 · The pull request is closed')
  page.caption('GitHub', `Ada closes pull request #${number}.`)
  const said = await stage.step('close', 'closed', number)
  stage.showComment(number, (summary) => summary.startsWith('Receipt'))
  stage.showSlack()

  const left = await leftOf(preview, aws)
  const what = left.length === 0 ? 'nothing' : `${left.length} things`
  page.caption('What is left', `${what}. Looked at: every kind of object in the namespace, the zone, ELBv2.`)
  page.frame(left)
  const now = { address: await addressOf(host, NAME_SERVER), visit: await visit(url, address) }
  stage.tell([
    ...removedClaims({ said, left, ...now }),
    commentClaim(scene.comments(number), ['Removed', 'verified'], comment),
    await reportsKept(stage),
  ])
}

/** Smoke reports outlive their preview by design. */
const reportsKept = async ({ page, aws, runs }: Stage): Promise<Claim> => {
  const places = runs.flatMap(({ report }) => report.smoke?.result?.report ?? [])
  const buckets = [...new Set(places.map(({ bucket }) => bucket))]
  page.caption('S3', `the smoke reports stay, for whoever reads the closed pull request. In ${buckets.join(', ')}:`)
  page.frame(places.map(({ key }) => key))
  const stored = await Promise.all(places.map((place) => aws.isStored(place)))
  const there = stored.filter(Boolean).length
  return claim(`All ${places.length} smoke reports are in S3`, there > 0 && there === places.length, there)
}
