import { vi } from 'vitest'
import { without } from '../../test/simulation/defects.ts'
import { interleavings } from '../../test/simulation/interleavings.ts'

vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('../../test/simulation/schedule.ts')).sleep }))

interleavings(
  [
    ['push', 'close', 'push'],
    ['push', 'close'],
    ['close', 'push'],
  ],
  {
    'the version that a delete was decided on': without.versionOfDelete,
    'the look at the record before a write': without.look,
  },
)
