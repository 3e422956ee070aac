import { shortCommit } from '../../src/report/format.ts'
import { addresses } from '../cluster/addresses.ts'
import { REGISTRY } from '../scene.ts'
import type { Claim, Comment, Said, Visited } from './claims.ts'
import { visitText } from './claims.ts'
import { type Kept, leasedClaims } from './database-claims.ts'
import { contentOf, holderOf, leaseOf } from './database-witness.ts'
import { reportClaim } from './report-claim.ts'
import type { Stage } from './stage.ts'
import { addressOf, visit } from './visit.ts'

/** The stack's name server, which every program inside has in its resolv.conf. */
const NAME_SERVER = '127.0.0.1'

export const build = async ({ scene, happens }: Stage, sha: string): Promise<void> => {
  happens('Build job', `pushes app1 and app2 to ${REGISTRY}, tagged with the commit: …:${shortCommit(sha)}…`)
  await scene.build('app1', sha, 'app1')
  await scene.build('app2', sha, 'app2')
}

export const namesOf = ({ hosts }: Stage): Promise<(string | undefined)[]> =>
  Promise.all(hosts.map((host) => addressOf(host, NAME_SERVER)))

/** Opens the URLs as a browser does: the name first, then the page. */
export const browse = async (stage: Stage): Promise<{ address: string; pages: Visited[] }> => {
  const { urls, happens } = stage
  const names = await namesOf(stage)
  const pages: Visited[] = []
  for (const [at, url] of urls.entries()) {
    const address = names[at]
    const seen = address === undefined ? { error: 'DNS does not know the name' } : await visit(url, address)
    happens('Browser', `opens ${url} → ${address ?? 'no such name'} → ${visitText(seen)}`)
    pages.push({ url: url.origin, visit: seen })
  }
  return { address: names[0] ?? addresses.node, pages }
}

/** What the preview's pods have of the database, and what that opens. */
export const database = async ({ namespace, short }: Stage): Promise<Kept> => {
  const lease = await leaseOf(namespace, short)
  return { lease, content: lease === undefined ? { refused: 'there is no lease' } : await contentOf(lease) }
}

export const databaseClaims = async (stage: Stage, number: number): Promise<Claim[]> => {
  const { lease, content } = await database(stage)
  const holder = lease === undefined ? 'nobody' : await holderOf(stage.namespace, lease.name)
  const { branch } = stage
  return leasedClaims({ lease, content, holder, branch, comment: bodyOf(stage, number), slack: slackOf(stage) })
}

export const reportedClaim = async ({ aws }: Stage, { report }: Said): Promise<Claim> => {
  const { report: place, cases = [] } = report.smoke?.result ?? {}
  return reportClaim(place ? await aws.reportAt(place) : undefined, cases)
}

export const commentOf = ({ scene }: Stage, number: number): Comment | undefined => scene.comments(number)[0]

export const bodyOf = (stage: Stage, number: number): string => commentOf(stage, number)?.body ?? ''

/** The newest message, as it is read. */
export const slackOf = ({ scene }: Stage): string => scene.slack.messages().at(-1)?.readable ?? ''
