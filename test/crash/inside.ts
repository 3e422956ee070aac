// Inside a stack: disturbs runs of the shipped action at each of their requests, and says what came of it.
import { clock } from '../../local/install/progress.ts'
import { callsTable } from './calls.ts'
import { cancel } from './cancels.ts'
import type { Flow, Spot } from './flow.ts'
import { deploy, giveBack, lease, teardown, update } from './kills.ts'
import { closeReopen, pushClose, pushPush } from './pairs.ts'
import type { Sent } from './requests.ts'
import { type Outcome, tryAll, undisturbed } from './trial.ts'

const FLOWS: Record<string, Flow> = {
  deploy,
  update,
  teardown,
  lease,
  'give-back': giveBack,
  cancel,
  'push/push': pushPush,
  'push/close': pushClose,
  'close/reopen': closeReopen,
}
const USAGE = `usage: npm run test:crash [-- FLOW… [FIRST[-LAST]]]; flows: ${Object.keys(FLOWS).join(', ')}`
/** Waiting takes most of a run: two cores are enough for this many. */
const LANES = 4

const print = (text: string): void => console.log(text)

function* spotsOf(flow: Flow, first: number, last: number): Generator<Spot> {
  for (let number = first; number <= last; number++) for (const point of flow.points) yield { number, point }
}

const tell = (name: string, sent: readonly Sent[], { spot, reached, fault }: Outcome): void => {
  const request = sent[spot.number - 1]
  const where = `${name} ${spot.number}/${sent.length} ${spot.point} ${request?.method} ${request?.host}${request?.path}`
  if (fault === undefined) print(`${where}: ${reached ? 'survived' : 'ended before'}`)
  else print(`${where}: FAILED\n${fault.text}`)
}

/** Every spot of a flow; `true` when all went well. */
const drive = async (name: string, flow: Flow, [first, last]: [number, number]): Promise<boolean> => {
  const started = Date.now()
  const sent = await undisturbed(flow)
  const spots = spotsOf(flow, first, Math.min(last, sent.length))
  const outcomes = await tryAll(flow, spots, LANES, (outcome) => tell(name, sent, outcome))
  print(verdict(name, outcomes, Date.now() - started))
  return outcomes.every(({ fault }) => fault === undefined)
}

const verdict = (name: string, outcomes: readonly Outcome[], ms: number): string => {
  const reached = outcomes.filter(({ reached }) => reached)
  const numbers = (of: readonly Outcome[]) => new Set(of.map(({ spot }) => spot.number))
  const faults = outcomes.flatMap(({ fault }) => fault ?? [])
  const all = numbers(reached)
  const failed = numbers(outcomes.filter(({ fault }) => fault !== undefined))
  const sum = (kind: 'leaked' | 'stale') => faults.reduce((total, fault) => total + fault[kind], 0)
  const stale = name.includes('/') ? `, stale writes ${sum('stale')}` : ''
  const line = `${name}: ${all.size - failed.size}/${all.size} survived, leaked ${sum('leaked')}${stale}`
  return `${line}\n${name}: ${reached.length} runs disturbed, ${outcomes.length - reached.length} ended before, in ${clock(ms)}`
}

const rangeOf = (text = '1-'): [number, number] => {
  const [, first, dash, last] = /^(\d+)(-?)(\d*)$/.exec(text) ?? []
  if (first === undefined) throw new Error(USAGE)
  return [Number(first), last ? Number(last) : dash ? Number.POSITIVE_INFINITY : Number(first)]
}

const args = process.argv.slice(2)
const isRange = /^\d/.test(args.at(-1) ?? '')
const range = rangeOf(isRange ? args.pop() : undefined)
const flows = args.length > 0 ? args : Object.keys(FLOWS)
if (process.argv.length === 2) print(await callsTable())
let isGood = true
for (const name of flows) {
  const flow = FLOWS[name]
  if (flow === undefined) throw new Error(USAGE)
  isGood = (await drive(name, flow, range)) && isGood
}
process.exitCode = isGood ? 0 : 1
