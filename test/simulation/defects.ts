import type { Claim } from '../../src/cluster/record.ts'
import type { Defect } from './world.ts'

/** What the fence is made of, taken away piece by piece. */
export const without = {
  versionOfApply: {
    cluster: (real) => ({
      ...real,
      apply: ({ metadata: { resourceVersion: _, ...metadata }, ...body }, options) =>
        real.apply({ ...body, metadata }, options),
    }),
  },
  versionOfDelete: {
    cluster: (real) => ({ ...real, delete: (ref, { uid }) => real.delete(ref, { uid }) }),
  },
  stamp: { claim: (real) => knowing(real, { fence: undefined }) },
  look: { claim: (real) => knowing(real, { confirm: async () => undefined }) },
  owner: {
    cluster: (real) => ({
      ...real,
      apply: ({ metadata: { ownerReferences: _, ...metadata }, ...body }, options) =>
        real.apply({ ...body, metadata }, options),
    }),
  },
} satisfies Record<string, Defect>

/** A claim changes while it is held, so it is looked through, not copied. */
const knowing = (real: Claim, otherwise: Partial<Claim>): Claim =>
  new Proxy(real, { get: (claim, key) => Reflect.get(key in otherwise ? otherwise : claim, key) })
