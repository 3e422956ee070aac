import type { Home } from '../e2e/home.ts'
import { close, open, openLane, push, step } from './lane.ts'
import type { Sent } from './requests.ts'

const SIGNED: Record<string, string> = {
  route53: 'Route 53',
  elasticloadbalancing: 'ELB',
  ecr: 'ECR',
  states: 'Step Functions',
  eks: 'EKS and STS',
}
const ORDER = [
  'Kubernetes: reads',
  'Kubernetes: dry runs',
  'Kubernetes: writes',
  ...new Set(Object.values(SIGNED)),
  'GitHub',
  'Slack',
  'the preview',
]

const serviceOf = ({ method, host, path, dryRun, service }: Sent, { stack, domain, github }: Home): string => {
  if (service !== undefined) return SIGNED[service] ?? service
  if (host === new URL(stack.aws.endpoint).host) return 'EKS and STS' // the one call that is not signed
  if (host === new URL(github.url).host) return 'GitHub'
  if (host.includes(domain)) return 'the preview'
  if (path.startsWith('/services/')) return 'Slack'
  if (dryRun) return 'Kubernetes: dry runs'
  // Asking for one's rights is a POST.
  const isRead = method === 'GET' || path.startsWith('/apis/authorization.k8s.io/')
  return isRead ? 'Kubernetes: reads' : 'Kubernetes: writes'
}

/** What a preview's runs ask of whom, as Markdown: a row for each service, a column for each run. */
export const callsTable = async (): Promise<string> => {
  const lane = await openLane()
  try {
    await open(lane)
    const first = await step(lane, 'opened')
    const same = await step(lane, 'synchronize')
    await push(lane)
    const next = await step(lane, 'synchronize')
    close(lane)
    const last = await step(lane, 'closed')
    return tableOf({ deploy: first.sent, 'no change': same.sent, update: next.sent, teardown: last.sent }, lane.home)
  } finally {
    await lane.home.end()
  }
}

const tableOf = (runs: Record<string, Sent[]>, home: Home): string => {
  const counts = Object.values(runs).map((sent) => Map.groupBy(sent, (each) => serviceOf(each, home)))
  const row = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`
  return [
    row(['Requests', ...Object.keys(runs)]),
    row([':--', ...Object.keys(runs).map(() => '--:')]),
    ...ORDER.map((service) => row([service, ...counts.map((count) => count.get(service)?.length ?? 0)])),
    row(['**all**', ...Object.values(runs).map((sent) => sent.length)]),
  ].join('\n')
}
