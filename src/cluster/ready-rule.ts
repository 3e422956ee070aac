import { JSONPathEnvironment, type JSONPathQuery } from 'json-p3'
import type { Live } from './cluster.ts'
import { failed, notYet, READY, type Readiness } from './verdict.ts'

/** A user's own word on when an object is ready, in the form of `kubectl wait --for=jsonpath=`. Pure. */

export const READY_ANNOTATION = 'eks-preview/ready'

const EXAMPLE = `write ${READY_ANNOTATION}: '{.status.phase}=Running', or '{.status.address}' for something that only has to be there`

/** Manifests come from pull requests: no functions, because their regular expressions may take for ever. */
const paths = new JSONPathEnvironment()
paths.functionRegister.clear()

type Rule = { path: string; query: JSONPathQuery; wanted: string | undefined }

/** Why a rule cannot be read, with an example of one that can; `undefined` when it can. */
export const readyRuleProblem = (text: string): string | undefined => {
  const rule = ruleIn(text)
  return 'problem' in rule ? rule.problem : undefined
}

/** `undefined` for an object that has no rule. */
export const byRule = (live: Live): Readiness | undefined => {
  const text = live.metadata.annotations?.[READY_ANNOTATION]
  if (text === undefined) return undefined
  const rule = ruleIn(text)
  return 'problem' in rule ? failed(`${READY_ANNOTATION}: ${rule.problem}`) : verdict(rule, live)
}

const verdict = ({ path, query, wanted }: Rule, live: Live): Readiness => {
  const found = query
    .query(live as never)
    .values()
    .filter((value) => value !== null)
  if (found.length === 0) return notYet(`${path} is not there`)
  const other = found.find((value) => wanted !== undefined && textOf(value) !== wanted)
  return other === undefined ? READY : notYet(`${path} is ${textOf(other)}, not ${wanted}`)
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

const ruleIn = (text: string): Rule | { problem: string } => {
  const [, path, wanted] = /^\{([^{}]+)\}(?:=([^=].*))?$/.exec(text.trim()) ?? []
  if (path === undefined) return { problem: `cannot read ${text}: ${EXAMPLE}` }
  try {
    const query = paths.compile(path.startsWith('$') ? path : `$${path}`)
    return { path: `{${path}}`, query, wanted: wanted?.replace(/^(['"])(.*)\1$/, '$2') }
  } catch (error) {
    return { problem: `cannot read ${text}: ${(error as Error).message}; ${EXAMPLE}` }
  }
}
