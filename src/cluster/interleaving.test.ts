import { vi } from 'vitest'
import { without } from '../../test/simulation/defects.ts'
import { interleavings } from '../../test/simulation/interleavings.ts'

vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('../../test/simulation/schedule.ts')).sleep }))

interleavings(
  [
    ['push', 'push'],
    ['push', 'push', 'push'],
    ['push', 'flop', 'revert'],
  ],
  {
    'the version that an apply was decided on': without.versionOfApply,
    'the stamp': without.stamp,
    'the look at the record before a write': without.look,
    'the owner of what is made': without.owner,
  },
)
