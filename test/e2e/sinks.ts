import type { RunResult } from '../../local/runner/run-action.ts'
import type { Home } from './home.ts'

/** Everything that somebody may read of a run. */
const sinks = (home: Home, run: RunResult, number: number): Record<string, string> => {
  const stages = [run, ...(run.post ? [run.post] : [])]
  const raw = stages.map(({ rawLog }) => rawLog.replaceAll(/^\s*::add-mask::.*$/gim, ''))
  const sent = home.github.requests().filter(({ method }) => method !== 'GET')
  return {
    log: raw.join('\n'),
    annotations: JSON.stringify(stages.map(({ annotations }) => annotations)),
    summary: run.summary,
    outputs: JSON.stringify([run.outputs, run.outputs.result, run.env]),
    state: JSON.stringify(stages.map(({ state }) => state)),
    comments: JSON.stringify(home.comments(number)),
    slack: JSON.stringify(home.slack.requests().map(({ body }) => body)),
    'deployments and all else that GitHub was sent': JSON.stringify(sent.map(({ body }) => body)),
  }
}
const forms = (secret: string) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
/** Where somebody may read one of them. */
export const found = (home: Home, secrets: readonly string[], run: RunResult, number: number): string[] =>
  Object.entries(sinks(home, run, number)).flatMap(([sink, text]) =>
    secrets
      .flatMap(forms)
      .filter((secret) => text.includes(secret))
      .map((secret) => `${sink}: ${secret}`),
  )
