import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { environmentOf } from '../names.ts'
import type { KubeObject, Live } from './cluster.ts'
import { bodyOf, type Wanted, wantedOf } from './plan.ts'
import type { Claim } from './record.ts'
import { changed, type EnvironmentRecord, firstRecord, released, takenOver } from './record-state.ts'

/**
 * Every interleaving of runs that claim one after the other, over one object: what each reads and sends, when it lands, where
 * a run stops for ever, what a controller writes in between. The record and the bodies are the engine's own.
 */

/** What a run wants the object to be: a content, or gone. Who `leaves` it does not want it, but does not delete it either. */
type Want = '1' | '2' | 'gone' | 'leaves'
type Request = { body: KubeObject } | { deletes: string }
type Step = 'waits' | 'reads' | 'decides' | 'sent' | 'applied' | 'ends' | 'ended' | 'overtaken'
type Run = {
  want: Want
  step: Step
  claimed?: EnvironmentRecord | undefined
  before?: Live | undefined
  request?: Request
}
type World = { record: EnvironmentRecord; live: Live | undefined; version: number; touches: number }
type State = World & { runs: Run[]; past: string[] }
/** What the fence is made of. */
type Rules = { precondition: boolean; stamp: boolean }

const MOST_TOUCHES = 1
const now = new Date(0)
const environment = environmentOf({ repository: 'acme/shop', repositoryId: 7, branch: 'feature/login' }, true)
const wish = (run: number) => {
  const holder = { run: String(run), attempt: 1, url: `https://github.test/runs/${run}` }
  return { environment, phase: 'Applying', holder } as const
}
const wanting = (content: string): Wanted => {
  const metadata = { name: 'settings', namespace: 'previews' }
  return wantedOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { content } })
}
const WANTED = { '1': wanting('1'), '2': wanting('2') }

const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'record', uid: 'life' }
/** What a claim knows of its record, as far as bodies need it. */
const claimOf = (record: EnvironmentRecord): Claim =>
  ({
    ...record,
    environment,
    ref: { ...owner, namespace: 'previews' },
    uid: owner.uid,
    owner,
    record,
  }) as unknown as Claim

const stored = (body: KubeObject, version: number): Live => ({
  ...body,
  metadata: { ...body.metadata, uid: 'uid', resourceVersion: String(version) },
})

/** After a run that ended well and left this content. */
const start = (wants: readonly Want[], content: '1' | '2' | undefined): State => {
  const first = firstRecord(wish(0), now)
  return {
    runs: wants.map((want) => ({ want, step: 'waits' })),
    record: released(first, { phase: 'Live' }, now),
    live: content && stored(bodyOf(WANTED[content], undefined, claimOf(first)), 100),
    version: 100,
    touches: 0,
    past: [`there is ${content}`],
  }
}

/** The API server: a version that is named has to be the live one; what changes nothing gets no new version. */
const land = (state: State, request: Request, { precondition }: Rules): State | 'refused' => {
  const { live, version } = state
  const named = 'body' in request ? request.body.metadata.resourceVersion : request.deletes
  const isOther = live !== undefined && named !== live.metadata.resourceVersion
  if (isOther && (precondition || 'deletes' in request)) return 'refused'
  if ('deletes' in request) return { ...state, live: undefined }
  const isSame = live && isDeepStrictEqual(stored(request.body, Number(live.metadata.resourceVersion)), live)
  return isSame ? state : { ...state, live: stored(request.body, version + 1), version: version + 1 }
}

/** `undefined` when nothing has to be done. */
const requestOf = ({ want, before }: Run, claim: Claim): Request | undefined => {
  if (want === 'gone' || want === 'leaves') return before && { deletes: before.metadata.resourceVersion }
  const body = bodyOf(WANTED[want], before, claim)
  const isAsWanted = before && isDeepStrictEqual(stored(body, Number(before.metadata.resourceVersion)), before)
  return isAsWanted ? undefined : { body }
}

/** The next step of one run. It may as well never take it: nobody waits for it. */
const advance = (state: State, at: number, rules: Rules): State[] => {
  const { record, live } = state
  const run = state.runs[at] as Run
  const { want, claimed, step } = run
  // What it has read or sent before matters no more.
  const become = (next: Partial<Run> & { step: Step }, more: Partial<State> = {}): State[] => {
    const past = [...state.past, `run ${at + 1}, which wants ${want}: ${step}, then ${next.step}`]
    return [{ ...state, ...more, runs: state.runs.with(at, { want, claimed, ...next }), past }]
  }
  const isMine = record.generation === claimed?.generation
  const write = (next: EnvironmentRecord, step: Step): State[] =>
    isMine ? become({ step }, { record: next }) : become({ step: 'overtaken' })
  const isUnwanted = want === 'gone' || want === 'leaves'

  switch (step) {
    case 'waits': {
      if (state.runs[at - 1]?.step === 'waits') return []
      const next = takenOver(record, wish(at + 1), now)
      const known = rules.stamp ? next : withoutFence(next)
      return become({ step: isUnwanted ? 'applied' : 'reads', claimed: known }, { record: next })
    }
    case 'reads':
      return become({ step: 'decides', before: live })
    case 'decides': {
      if (claimed === undefined || !isMine) return become({ step: 'overtaken' })
      const request = requestOf(run, claimOf(claimed))
      return become(request ? { step: 'sent', request } : { step: isUnwanted ? 'ends' : 'applied' })
    }
    case 'sent': {
      if (run.request === undefined) return []
      const landed = land(state, run.request, rules)
      if (landed === 'refused') return become({ step: 'reads' })
      return become({ step: isUnwanted ? 'ends' : 'applied' }, { live: landed.live, version: landed.version })
    }
    case 'applied': {
      const next = changed(record, { phase: 'Waiting' }, now)
      return write(next, want === 'gone' ? 'reads' : 'ends')
    }
    case 'ends':
      return write(released(record, { phase: want === 'leaves' ? 'Failed' : 'Live' }, now), 'ended')
    default:
      return []
  }
}

const withoutFence = ({ fence: _, ...record }: EnvironmentRecord): EnvironmentRecord => record as EnvironmentRecord

const touch = ({ live, version, touches, past, ...rest }: State): State[] => {
  if (live === undefined || touches === MOST_TOUCHES) return []
  const metadata = { ...live.metadata, resourceVersion: String(version + 1) }
  const next = { version: version + 1, touches: touches + 1, past: [...past, 'a controller touches it'] }
  return [{ ...rest, ...next, live: { ...live, metadata } }]
}

/** The newest run has ended well, and the object is not as it wants it. */
const isWrong = ({ runs, live }: State): boolean => {
  const newest = runs.at(-1)
  return newest?.step === 'ended' && live?.data?.content !== newest.want
}

/** All that decides what can follow. The rest of a record and of an object is always the same, or history. */
const keyOf = ({ runs, record, live, version, touches }: State): string => {
  const claimKey = (of?: EnvironmentRecord) => of && [of.generation, of.released, of.fence]
  const objectKey = (of?: KubeObject) => of && [of.metadata.resourceVersion, of.metadata.annotations, of.data]
  const requestKey = (of?: Request) => of && ('body' in of ? objectKey(of.body) : of.deletes)
  const runKey = (run: Run) => [run.step, claimKey(run.claimed), objectKey(run.before), requestKey(run.request)]
  return JSON.stringify([runs.map(runKey), claimKey(record), objectKey(live), version, touches])
}

/** Breadth first, so that what leads to the first wrong state is as short as it can be. */
const explore = (first: State, rules: Rules): { states: number; wrong: State | undefined } => {
  const seen = new Set<string>()
  const open = [first]
  for (const state of open) {
    if (isWrong(state)) return { states: seen.size, wrong: state }
    for (const next of [...state.runs.flatMap((_, at) => advance(state, at, rules)), ...touch(state)]) {
      const key = keyOf(next)
      if (!seen.has(key)) open.push(next)
      seen.add(key)
    }
  }
  return { states: seen.size, wrong: undefined }
}

const WANTS: readonly Want[] = ['1', '2', 'gone', 'leaves']
const pairs = WANTS.map((older): Want[] => [older, '1'])
const triples = WANTS.flatMap((older) => WANTS.map((middle): Want[] => [older, middle, '1']))

const exploreAll = (chains: readonly Want[][], rules: Rules): { states: number; wrong: string[][] } => {
  const found = chains.flatMap((wants) =>
    ([undefined, '1', '2'] as const).map((content) => explore(start(wants, content), rules)),
  )
  return {
    states: found.reduce((sum, { states }) => sum + states, 0),
    wrong: found.flatMap(({ wrong }) => (wrong ? [wrong.past] : [])),
  }
}

describe('the newest run has the last word, whatever the others still send', () => {
  test.each([
    ['two runs', pairs],
    ['three runs', triples],
  ])('%s', { timeout: 60_000 }, (what, chains) => {
    const { states, wrong } = exploreAll(chains, { precondition: true, stamp: true })
    console.info(`${what}: ${states.toLocaleString('en')} states, ${wrong.length} violations`)
    expect(wrong).toEqual([])
  })

  test.each([
    ['the version that a write was decided on', { precondition: false, stamp: true }],
    ['the stamp', { precondition: true, stamp: false }],
  ])('but not without %s', (_, rules) => {
    expect(exploreAll(pairs, rules).wrong).not.toEqual([])
  })
})
