import type { ChangeSet } from './cluster/apply.ts'
import type { Claim } from './cluster/record.ts'
import { mayBeLate } from './cluster/record-state.ts'
import { serving } from './cluster/serving.ts'
import { loadBalancerHostname } from './cluster/wait.ts'
import { IN_SYNC_TIMEOUT } from './dns/in-sync.ts'
import { pointDns } from './dns/point.ts'
import { removeDns } from './dns/remove.ts'
import { type DeployPlan, hostsOf, type PlannedApp } from './plan.ts'
import { poll } from './poll.ts'
import type { Dns } from './ports.ts'
import type { AppReport } from './report/report.ts'
import type { Say } from './step.ts'
import type { Story } from './story.ts'
import { probe } from './web/probe.ts'

/** Points every host at the load balancer that is to lead to its app: beside the rollout, as soon as the hostname is known. */
export const pointHosts = async (
  plan: DeployPlan,
  mine: Claim,
  changes: ChangeSet,
  dns: Dns | undefined,
  story: Story,
  say: Say,
): Promise<void> => {
  const { of, report } = story
  const hostnames = await Promise.all(plan.apps.map((app) => balancerOf(app, plan, changes, story, say)))
  const hosts = hostsOf(plan)
  if (dns === undefined) return say.skipped('dns: none')
  if (hosts.length === 0) return say.skipped('no app has a URL')
  // Written ahead: a removal must find a record that was created just before this run was killed.
  if (hosts.some((host) => !mine.record.hosts.includes(host)))
    await mine.update({ hosts: [...new Set([...mine.record.hosts, ...hosts])] })
  let written = 0
  for (const [hostname, group] of Map.groupBy(hostnames.flat(), (each) => each.hostname)) {
    const wish = { hosts: group.map(({ host }) => host), hostname, environment: plan.environment, life: lifeOf(mine) }
    const pointed = await pointDns(dns.zone, dns.loadBalancers, wish, {
      timeout: IN_SYNC_TIMEOUT,
      signal: of.signal,
      say,
    })
    report.warnings.push(...pointed.warnings)
    written += pointed.written
  }
  if (written === 0) say.unchanged(`${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`)
  else say.detail(`${written} records written`)
}

/** Waits for it, if it is made for the app. */
const balancerOf = async (
  app: PlannedApp,
  plan: DeployPlan,
  changes: ChangeSet,
  { of, to }: Story,
  say: Say,
): Promise<{ host: string; hostname: string }[]> => {
  const { host, leadsTo } = app.address ?? {}
  if (host === undefined || leadsTo === undefined) return []
  if (leadsTo.kind === 'LoadBalancer') return [{ host, hostname: leadsTo.hostname }]
  const { ref } = changeOf(changes, leadsTo, app, plan)
  const run = { timeout: plan.settings.timeouts.wait, signal: of.signal, say }
  return [{ host, hostname: await loadBalancerHostname(to.cluster, ref, run) }]
}

/**
 * Stands in the TXT record that every change of a host has to name. It is another one in another life, and after a run that
 * did not end cleanly: what that run still sends names one that is gone.
 */
const lifeOf = ({ uid, fence }: Claim): string => (fence === undefined ? uid : `${uid}.${fence}`)

/** Takes hosts that no app has any more out of DNS, before the Ingress goes that they lead to; returns them. */
export const dropHosts = async (
  plan: DeployPlan,
  mine: Claim,
  dns: Dns | undefined,
  { of }: Story,
  say: Say,
): Promise<string[]> => {
  const hosts = hostsOf(plan)
  const dropped = mine.record.hosts.filter((host) => !hosts.includes(host))
  if (dns === undefined || dropped.length === 0) return []
  await mine.confirm()
  const wish = { hosts: dropped, environment: plan.environment }
  const lines = await removeDns(dns.zone, wish, { timeout: IN_SYNC_TIMEOUT, signal: of.signal, say })
  const isGone = lines.every(({ gone }) => gone) && !mayBeLate(mine.record)
  await mine.update({ hosts: isGone ? hosts : [...hosts, ...dropped] })
  return dropped
}

/** Green means that this commit answered: by its own pods, through the URL. */
export const askUrls = async (plan: DeployPlan, changes: ChangeSet, story: Story, say: Say): Promise<void> => {
  if (plan.settings.probe !== 'runner') say.skipped(`probe: ${plan.settings.probe}`)
  await Promise.all(plan.apps.map((app) => askUrl(app, plan, changes, story, say)))
}

const askUrl = async (
  app: PlannedApp,
  plan: DeployPlan,
  changes: ChangeSet,
  { to, of, report }: Story,
  say: Say,
): Promise<void> => {
  const { ref } = changeOf(changes, serviceOf(app), app, plan)
  let notYet: string | undefined
  const what = `Service ${ref.name} to send requests to this commit's pods only`
  await poll(
    { what, every: 500, timeout: plan.settings.timeouts.wait, signal: of.signal, why: () => notYet },
    async () => {
      const found = await serving(to.cluster, changes, ref)
      if ('pods' in found) return found.pods
      notYet = found.notYet
      return undefined
    },
  )
  const { commit } = app.config
  const { address } = app
  const answered =
    plan.settings.probe === 'runner' && address !== undefined
      ? await probe(
          to.web,
          { url: address.url, health: address.health, sha: plan.commit, ...(commit ? { commit } : {}) },
          { timeout: plan.settings.timeouts.wait, signal: of.signal, say },
        )
      : undefined
  nowServes(report, app, plan, answered)
}

/** After a rollout that failed: the apps it came through for all the same. */
export const noteServing = async (plan: DeployPlan, applied: ChangeSet, { to, report }: Story): Promise<void> => {
  await Promise.all(
    plan.apps.map(async (app) => {
      const service = findChange(applied, serviceOf(app), plan)
      // What cannot be read now is told as it was before.
      const found = service && (await serving(to.cluster, applied, service.ref).catch(() => undefined))
      if (found && 'pods' in found) nowServes(report, app, plan, undefined)
    }),
  )
}

const nowServes = (
  report: Story['report'],
  { name }: PlannedApp,
  { commit }: DeployPlan,
  answered: AppReport['answered'],
): void => {
  const now = { commit, updated: new Date().toISOString(), ...(answered && { answered }) }
  report.apps = report.apps.map((each) => (each.name === name ? { ...each, ...now } : each))
}

type Named = { kind: 'Service' | 'Ingress'; name: string }

const serviceOf = ({ service }: PlannedApp): Named => ({ kind: 'Service', name: service })

const changeOf = (changes: ChangeSet, object: Named, app: PlannedApp, plan: DeployPlan): ChangeSet[number] => {
  const found = findChange(changes, object, plan)
  if (found === undefined) throw new Error(`the ${object.kind} of ${app.name} was not rendered`)
  return found
}

const findChange = (changes: ChangeSet, { kind, name }: Named, { placement }: DeployPlan) =>
  changes.find(({ ref }) => ref.kind === kind && ref.name === `${name}${placement.suffix}`)
