import { expect, test } from 'vitest'
import { appImage } from '../../local/images/build.ts'
import { applyAll, type ChangeSet } from '../../src/cluster/apply.ts'
import type { Cause } from '../../src/cluster/causes.ts'
import type { KubeObject } from '../../src/cluster/cluster.ts'
import { type Diagnosis, Unready } from '../../src/cluster/diagnose.ts'
import { waitReady } from '../../src/cluster/wait.ts'
import { type Scratch, scratch } from './scratch.ts'

/** Far longer than any cause is borne for: what is found before it is found in its own time. */
const LONG = 280_000

/** Beside the others of its file, whose groups have to be concurrent too: most of the time a failure is waited for. */
export const failing = (name: string, act: (home: Scratch) => Promise<void>): void =>
  test.concurrent(name, async () => {
    const home = await scratch()
    try {
      await act(home)
    } finally {
      await home.close()
    }
  })

type Container = Record<string, unknown>

/** A Deployment of the demo app, with these differences. */
export const workload = (home: Scratch, container: Container = {}, pod: object = {}, rest: object = {}): KubeObject => {
  const { name = 'web', ...spec } = rest as { name?: string }
  const labels = { 'eks-preview/env': home.environment.id, app: name }
  return home.object('apps/v1', 'Deployment', name, {
    spec: {
      selector: { matchLabels: labels },
      ...spec,
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, ...pod, containers: [containerOf(container)] },
      },
    },
  })
}

export const containerOf = (container: Container): Container => ({
  name: 'c',
  image: appImage,
  imagePullPolicy: 'IfNotPresent',
  ...container,
})

export const applied = async (home: Scratch, ...objects: KubeObject[]): Promise<ChangeSet> =>
  applyAll(home.cluster, await home.claim(1), objects, home.run)

/** What the wait ends with. */
export const failureOf = async (home: Scratch, changes: ChangeSet, timeout = LONG): Promise<Unready> => {
  const place = { namespace: home.namespace, environment: home.environment }
  const error = await waitReady(home.cluster, changes, { ...home.run, ...place, timeout }).then(
    () => new Error('it became ready'),
    (error: unknown) => error,
  )
  if (error instanceof Unready) return error
  throw error
}

/** The one cause that is found, before the time is up. */
export const found = async (home: Scratch, cause: Cause, ...objects: KubeObject[]): Promise<Diagnosis> => {
  const error = await failureOf(home, await applied(home, ...objects))
  expect(error.message).toContain('will not become ready')
  expect(error).toMatchObject({ code: 'RolloutFailed', diagnoses: [{ cause, missing: [] }] })
  const [diagnosis] = error.diagnoses
  if (diagnosis === undefined) throw error
  expect(error.object).toBe(diagnosis.subject)
  return diagnosis
}

/** The one cause that is told when the time is up. */
export const foundLate = async (
  home: Scratch,
  cause: Cause,
  object: KubeObject,
  timeout: number,
): Promise<Diagnosis> => {
  const error = await failureOf(home, await applied(home, object), timeout)
  expect(error).toMatchObject({ code: 'TimedOut', diagnoses: [{ cause, missing: [] }] })
  return error.diagnoses[0] as Diagnosis
}

export const words = ({ logs }: Diagnosis): string => logs.flatMap(({ lines }) => lines).join('\n')
