import type { Live } from '../../src/cluster/cluster.ts'
import { type Manifest, manifest, objectsOf, plantForeign, someNames } from './objects.ts'
import { type Random, randomFrom } from './random.ts'
import type { Part } from './runs.ts'
import type { Upset } from './schedule.ts'
import { amissIn, leftIn, touchedOf } from './verdict.ts'
import { type Defect, type World, world } from './world.ts'

/** `flop` wants little and does not become ready; `revert` takes everything back to the first commit. Both meet no mishap. */
export type Scenario = readonly ('push' | 'revert' | 'flop' | 'close')[]
export type Played = { violations: string[]; trace: string[]; fencedOff: number }

type Role = { name: string; part: Part; upset: Upset }
/** The runs that came first and will come after have the stage to themselves. */
const NONE: Upset = { kind: 'none' }

/** One schedule of one scenario, from its seed; and what happened in it that must not. */
export const simulate = async (scenario: Scenario, seed: number, defect: Defect = {}): Promise<Played> => {
  const random = randomFrom(seed)
  const here = world(random, defect)
  const foreign: Live[] = plantForeign(here.server)
  const names = someNames(random)
  const first = manifest(random, names)
  if (random.chance(70)) await meet(here, random, [{ name: 'before', part: pushOf(first), upset: NONE }])
  const cast = scenario.map((kind, at) => ({
    name: `${kind}-${at}`,
    part: partOf(kind, random, names, first),
    upset: kind === 'flop' || kind === 'revert' ? NONE : upsetOf(random),
  }))
  here.disturb(cast.flatMap(({ part }) => (part.kind === 'push' ? part.manifest : [])))
  await meet(here, random, cast)
  if (random.chance(25)) await aftermath(here, random, pushOf(manifest(random, names, first)))
  const violations = [...here.ledger.violations, ...touchedOf(here.server, foreign)]
  return { violations, trace: here.schedule.trace, fencedOff: here.fencedOff() }
}

const upsetOf = (random: Random): Upset => {
  if (random.chance(40)) return NONE
  const of = random.oneOf(['requests', 'writes'] as const)
  return { kind: random.oneOf(['killed', 'paused']), of, at: 1 + random.below(of === 'writes' ? 8 : 30) }
}

type Push = Extract<Part, { kind: 'push' }>
const pushOf = (wanted: Manifest, becomesReady = true): Push => ({
  kind: 'push',
  manifest: objectsOf(wanted),
  becomesReady,
})

const partOf = (kind: Scenario[number], random: Random, names: readonly string[], first: Manifest): Part => {
  if (kind === 'close') return { kind, asks: random.chance(50) }
  if (kind === 'revert') return pushOf(first)
  if (kind === 'flop') {
    const few = names.filter(() => random.chance(30))
    return pushOf(manifest(random, few, first), false)
  }
  return pushOf(random.chance(25) ? first : manifest(random, names, first), random.chance(80))
}

/** All at once or one after the other, as it comes; until nothing moves any more. */
const meet = async (here: World, random: Random, cast: readonly Role[]): Promise<void> => {
  const gap = random.oneOf([1, 300, 1_000, 2_000])
  const endings = cast.map(({ name, part, upset }, at) => here.begin(name, part, upset, gap * at + random.below(gap)))
  await here.schedule.run()
  const last = here.ledger.tenures.at(-1)?.actor
  const winner = cast.findIndex(({ name }) => name === last)
  const { name, part, upset } = cast[winner] ?? {}
  if (part === undefined || upset?.kind === 'killed') return
  const due = part.kind === 'close' ? 'removed' : part.becomesReady ? 'live' : 'failed'
  const ending = endings[winner]?.()
  const { server, ledger } = here
  if (ending !== due) ledger.violations.push(`${name} was the last to claim and ended ${ending}, not ${due}`)
  ledger.violations.push(...(part.kind === 'close' ? leftIn(server) : amissIn(server, part.manifest)))
}

/** However it came out: another push puts it right, the same once more changes nothing, and a close leaves nothing. */
const aftermath = async (here: World, random: Random, part: Push): Promise<void> => {
  await meet(here, random, [{ name: 'healing', part, upset: NONE }])
  const writes = here.ledger.memberWrites()
  await meet(here, random, [{ name: 'again', part, upset: NONE }])
  const extra = here.ledger.memberWrites() - writes
  if (extra > 0) here.ledger.violations.push(`a push that changes nothing made ${extra} writes`)
  await meet(here, random, [{ name: 'end', part: { kind: 'close', asks: false }, upset: NONE }])
}
