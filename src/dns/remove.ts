import { PreviewError } from '../errors.ts'
import type { Environment } from '../names.ts'
import type { ReceiptLine } from '../report/report.ts'
import type { Say } from '../step.ts'
import { namesOf, release } from './claim.ts'
import { inSync } from './in-sync.ts'
import { BatchRefused, type Change, type RecordSet, type Zone } from './records.ts'

type Wish = { hosts: readonly string[]; environment: Environment }
type Run = { timeout: number; signal: AbortSignal; say: Say }

/** Takes out exactly what is ours, waits until all of Route 53 knows, and looks again. What is not ours stays, and is named. */
export const removeDns = async (zone: Zone, { hosts, environment }: Wish, run: Run): Promise<ReceiptLine[]> => {
  const sent = await sendRelease(zone, hosts, environment)
  if (sent === undefined) run.say.unchanged('no records of this environment')
  else {
    run.say.detail(`${sent.changes.length} records of ${hosts.length} hosts removed`)
    if (!(await inSync(zone, sent.id, run)))
      run.say.warning(
        `Route 53 did not report change ${sent.id} as served everywhere in time; resolvers may still know the names`,
      )
  }
  const now = await zone.at(namesOf(hosts))
  return hosts.map((host) => receipt(host, environment, now))
}

type Sent = { id: string; changes: Change[] }

/** Reads once more when the batch was refused: the records changed since, or the first answer was lost. */
const sendRelease = async (
  zone: Zone,
  hosts: readonly string[],
  environment: Environment,
): Promise<Sent | undefined> => {
  const attempt = async (): Promise<Sent | undefined> => {
    const { changes } = release({ hosts, environment }, await zone.at(namesOf(hosts)))
    return changes.length === 0
      ? undefined
      : { changes, id: await zone.change(changes, `eks-preview ${environment.id} removed`) }
  }
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof BatchRefused)) throw error
  }
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof BatchRefused)) throw error
    throw new PreviewError('Rejected', `Route 53 refused to remove the records: ${error.message}`, {
      cause: error,
      hint: 'the message is from Route 53: protected records, and sets with a routing policy, must be removed by hand',
    })
  }
}

const receipt = (host: string, environment: Environment, now: readonly RecordSet[]): ReceiptLine => {
  const { changes, conflicts } = release({ hosts: [host], environment }, now)
  const subject = `DNS records of ${host}`
  if (changes.length > 0) return { subject, gone: false, why: `${changes[0]?.record.name} is there again` }
  const [foreign] = conflicts
  if (foreign === undefined) return { subject, gone: true }
  return {
    subject,
    gone: true,
    why: `${foreign.record.type} ${foreign.record.name} stays: it belongs to ${foreign.owner}`,
  }
}
