import { smoke } from './smoke-case.ts'
import { type Answer, type Asking, ask as askWithin } from './web.ts'

/** What a team's own checks are written with: `import { ask, smoke, smokeCase } from 'eks-preview-checks'`. */
export { NotAsked, smoke, smokeCase } from './smoke-case.ts'
export { type Visitor, visitor } from './visitor.ts'

/** One request to an app of the preview; it goes into the report. */
export const ask = (address: string, asking: Asking = {}): Promise<Answer> => askWithin(address, smoke.domain, asking)
