import type { Ports, Run } from './ports.ts'
import type { Report } from './report/report.ts'
import type { Steps } from './step.ts'

/** What a story is told with: what it acts through, which run it is, how it says what it does, and what becomes of it. */
export type Story = { to: Ports; of: Run; run: Steps; report: Report }
