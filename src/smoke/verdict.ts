import { ContractError, parseSmokeResult, type SmokeInput, type SmokeResult } from '../../checks/contract.ts'
import type { Execution } from '../step-functions/state-machine.ts'

export type Verdict = { result: SmokeResult } | { problem: string }

/** What an ended execution says about this environment and commit. Pure. */
export const verdictOf = ({ status, output, error, cause }: Execution, input: SmokeInput): Verdict => {
  if (status !== 'SUCCEEDED') {
    const why = [error, cause?.slice(0, 500)].filter(Boolean).join(': ')
    return { problem: `the execution ended ${status}${why ? `: ${why}` : ''}` }
  }
  let result: SmokeResult
  try {
    result = parseSmokeResult(JSON.parse(output ?? ''))
  } catch (problem) {
    if (problem instanceof ContractError) return { problem: problem.message }
    return { problem: `the execution's output is not JSON: ${(output ?? 'nothing').slice(0, 200)}` }
  }
  // Checks that could not read the input name neither; then they say why in `error`, and that is what to tell.
  const isOther = (given: string | null | undefined, own: string) => given !== own && (result.ok || Boolean(given))
  if (isOther(result.environment?.id, input.environment.id))
    return { problem: `the result is for environment ${result.environment?.id}, not ${input.environment.id}` }
  if (isOther(result.commit, input.commit))
    return { problem: `the result is for commit ${result.commit}, not ${input.commit}` }
  return { result }
}
