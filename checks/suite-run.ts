import { tmpdir } from 'node:os'
import path from 'node:path'
import { startVitest, type TestCase, type Vitest } from 'vitest/node'
import type { SmokeCase } from './contract.ts'
import type { CaseKey, SmokeWork } from './suite/smoke-case.ts'

/** One case in one attempt. */
export type CaseRun = CaseKey & Pick<SmokeCase, 'status' | 'ms' | 'message'>
export type SuiteRun = { cases: CaseRun[]; error: { name: string; message: string } | null }

const CASE_TIMEOUT_MS = 60_000

/** Runs every `suite/*.check.ts` beside this file; a broken file is an error of the run, never a missing case. */
export const runSuite = async (smoke: SmokeWork): Promise<SuiteRun> => {
  // Only /tmp can be written in a Lambda, and vitest refuses to start without a folder for the token of its web interface.
  process.env.XDG_DATA_HOME = tmpdir()
  const vitest = await startVitest(
    [],
    {
      root: import.meta.dirname,
      config: false,
      watch: false,
      include: ['suite/**/*.check.ts'],
      provide: { smoke },
      pool: 'threads',
      maxWorkers: 1,
      isolate: false,
      cache: false,
      fsModuleCache: false,
      testTimeout: CASE_TIMEOUT_MS,
      reporters: [{}],
    },
    { cacheDir: path.join(tmpdir(), 'eks-preview-checks'), logLevel: 'error' },
  )
  // A failed case is this function's answer, not the end of the process it runs in.
  process.exitCode = undefined
  const modules = vitest.state.getTestModules()
  return {
    cases: modules.flatMap((module) => [...module.children.allTests()].map(caseRun)),
    error: brokenSuite(vitest),
  }
}

const caseRun = (test: TestCase): CaseRun => {
  const { smoke, note } = test.meta()
  const { state, errors } = test.result()
  const message = state === 'failed' ? (errors[0]?.message ?? 'failed without saying why') : note
  return {
    ...(smoke ?? { app: null, kind: 'test', name: test.fullName }),
    status: state === 'pending' ? 'skipped' : state,
    ms: Math.round(test.diagnostic()?.duration ?? 0),
    ...(message === undefined ? {} : { message }),
  }
}

const brokenSuite = (vitest: Vitest): SuiteRun['error'] => {
  for (const module of vitest.state.getTestModules()) {
    const [error] = module.errors()
    if (error) return { name: 'BrokenSuite', message: `${module.relativeModuleId}: ${error.message}` }
  }
  const [error] = vitest.state.getUnhandledErrors()
  return error ? { name: 'BrokenSuite', message: String((error as Error).message ?? error) } : null
}
