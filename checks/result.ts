import { countCases, isOk, RESULT_LIMIT, type SmokeCase, type SmokeInput, type SmokeResult } from './contract.ts'
import type { CaseRun, SuiteRun } from './suite-run.ts'

type Key = Pick<SmokeCase, 'app' | 'name'>
export const sameCase =
  (one: Key) =>
  (other: Key): boolean =>
    one.app === other.app && one.name === other.name

/**
 * The cases after this attempt: what passed before stays as it was, everything else takes the newest answer. One that was
 * not run, because its file broke, is not forgotten.
 */
export const mergeCases = (before: readonly SmokeCase[], attempt: number, runs: readonly CaseRun[]): SmokeCase[] => [
  ...before.filter((each) => !runs.some(sameCase(each))),
  ...runs.map((run) => {
    const earlier = before.find(sameCase(run))
    if (earlier?.status === 'passed') return earlier
    const { app, kind, name, ...last } = run
    // A Lambda that is called again for one attempt, as services do after an error of their own, counts once.
    const history = [...(earlier?.history ?? []).filter((each) => each.attempt !== attempt), { attempt, ...last }]
    const attempts = history.filter((each) => each.status !== 'skipped').length
    return { name, app, kind, ...last, attempts, history }
  }),
]

type Outcome = {
  input: SmokeInput | null
  cases: SmokeCase[]
  error: SuiteRun['error']
  report: SmokeResult['report']
  started: string
  /** Milliseconds since the epoch. */
  now: number
}

export const resultOf = ({ input, cases, error, report, started, now }: Outcome): SmokeResult => {
  const counts = countCases(cases)
  const markers = cases.filter((each) => each.kind === 'commit')
  return {
    version: 1,
    ok: isOk({ counts, error }),
    environment: input && { id: input.environment.id },
    commit: input?.commit ?? null,
    counts,
    cases,
    report,
    started,
    ms: Math.max(0, now - Date.parse(started)),
    commitVerified: markers.length > 0 && markers.every((each) => each.status === 'passed'),
    error,
  }
}

const MESSAGE_LENGTHS = [600, 200, 60]

/** Shortens messages, the longest first, until the result is one a state machine can carry. */
export const fitted = (result: SmokeResult): SmokeResult => {
  for (const length of MESSAGE_LENGTHS) {
    const shorter = { ...result, cases: result.cases.map((each) => shortened(each, length)) }
    if (Buffer.byteLength(JSON.stringify(shorter)) <= RESULT_LIMIT) return shorter
  }
  throw new Error(
    `The result of ${result.cases.length} cases has more than ${RESULT_LIMIT} bytes: declare fewer checks`,
  )
}

const shortened = (each: SmokeCase, length: number): SmokeCase => ({
  ...cut(each, length),
  ...(each.history && { history: each.history.map((attempt) => cut(attempt, length)) }),
})

const cut = <T extends { message?: string | undefined }>(said: T, length: number): T =>
  said.message === undefined || said.message.length <= length
    ? said
    : { ...said, message: `${said.message.slice(0, length - 1)}…` }
