import { tmpdir } from 'node:os'
import path from 'node:path'
import { startVitest, type TestCase, type Vitest } from 'vitest/node'
import type { SmokeCase } from './contract.ts'
import type { CaseExchanges } from './exchange.ts'
import type { CaseKey, SmokeWork } from './suite/smoke-case.ts'

/** One case in one attempt. */
export type CaseRun = CaseKey & Pick<SmokeCase, 'status' | 'ms' | 'message'>
export type SuiteRun = {
  cases: CaseRun[]
  exchanges: Omit<CaseExchanges, 'attempt'>[]
  error: { name: string; message: string } | null
}

/** Of a test that is no `smokeCase`, which has as long as the attempt has. */
const CASE_TIMEOUT_MS = 60_000
const AT_ONCE = 10

/** Runs every `suite/*.check.ts` beside this file, as built into the zip; a broken file is an error of the run, never a missing case. */
export const runSuite = async (smoke: SmokeWork): Promise<SuiteRun> => {
  // Only /tmp can be written in a Lambda, and vitest refuses to start without a folder for the token of its web interface.
  process.env.XDG_DATA_HOME = tmpdir()
  const vitest = await startVitest(
    [],
    {
      root: import.meta.dirname,
      config: false,
      watch: false,
      include: ['suite/**/*.check.{ts,mjs}'],
      provide: { smoke },
      pool: 'threads',
      maxWorkers: 1,
      maxConcurrency: AT_ONCE,
      isolate: false,
      cache: false,
      fsModuleCache: false,
      // Built already: what checks load when they need it is not read through once more.
      server: { deps: { external: [/\/suite\/parts\//] } },
      testTimeout: CASE_TIMEOUT_MS,
      reporters: [{}],
    },
    { cacheDir: path.join(tmpdir(), 'eks-preview-checks'), logLevel: 'error' },
  )
  try {
    return answerOf(vitest)
  } finally {
    // The function is called again in the same process: nothing of this attempt stays in it.
    await vitest.close()
    // A failed case is this function's answer, not the end of the process it runs in.
    process.exitCode = undefined
  }
}

const answerOf = (vitest: Vitest): SuiteRun => {
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
  return {
    cases: tests.map(caseRun),
    exchanges: tests.map((test) => ({ ...keyOf(test), exchanges: test.meta().exchanges ?? [] })),
    error: brokenSuite(vitest),
  }
}

const keyOf = (test: TestCase) => {
  const { app, name } = test.meta().smoke ?? { app: null, name: test.fullName }
  return { app, name }
}

const caseRun = (test: TestCase): CaseRun => {
  const { smoke, note } = test.meta()
  const result = test.result()
  const message = messageOf(result) ?? note
  const { state } = result
  return {
    ...keyOf(test),
    kind: smoke?.kind ?? 'test',
    status: state === 'pending' ? 'skipped' : state,
    ms: Math.round(test.diagnostic()?.duration ?? 0),
    ...(message === undefined ? {} : { message }),
  }
}

const messageOf = (result: ReturnType<TestCase['result']>): string | undefined => {
  if (result.state === 'skipped') return result.note
  return result.state === 'failed' ? (result.errors[0]?.message ?? 'failed without saying why') : undefined
}

const brokenSuite = (vitest: Vitest): SuiteRun['error'] => {
  for (const module of vitest.state.getTestModules()) {
    const [error] = module.errors()
    if (error) return { name: 'BrokenSuite', message: `${module.relativeModuleId}: ${error.message}` }
  }
  const [error] = vitest.state.getUnhandledErrors()
  return error ? { name: 'BrokenSuite', message: String((error as Error).message ?? error) } : null
}
