import { readFileSync } from 'node:fs'
import type { SmokeCase } from '../../checks/contract.ts'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { RunResult } from '../../local/runner/run-action.ts'
import { stackFacts } from '../../local/scene.ts'
import { openDatabaseHome } from './database-home.ts'
import { CONFIG, type Home } from './home.ts'

type Case = SmokeCase & { message: string }

export const EXAMPLE = readFileSync(`examples/two-apps/${CONFIG}`, 'utf8')

/** The example, once each text in it has been replaced by another. */
export const filesWith = (...changes: [string, string][]): Record<string, string> => ({
  [CONFIG]: changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`)
    return text.replaceAll(from, to)
  }, EXAMPLE),
})

/** Whose previews are those of examples/two-apps, on databases of these names. */
export const openTwoApps = async (databases: readonly string[]) => {
  const { pods, twoApps } = (await stackFacts()).aws
  const { roleArn, serviceAccount } = twoApps
  const home = await openDatabaseHome('mysql', databases, {
    'shared-objects': `ServiceAccount/${serviceAccount}`,
    'log-group-arn': pods.logGroupArn,
  })
  await kubectl(['create', 'serviceaccount', serviceAccount, '-n', home.namespace])
  const role = `eks.amazonaws.com/role-arn=${roleArn}`
  await kubectl(['annotate', 'serviceaccount', serviceAccount, '-n', home.namespace, role])
  return { ...home, deploy: deployIn(home) }
}

/** A pull request with these files, its images built, and the action's run for it. */
const deployIn =
  (home: Home) =>
  async (branch: string, files: Record<string, string>, inputs: Record<string, string> = {}) => {
    // Branches with the same files would have the same commit, and its image can be built once.
    const { number, sha } = home.open(branch, { ...files, BRANCH: branch })
    await home.build('app1', sha, 'app1')
    await home.build('app2', sha, 'app2')
    const run = await home.on('opened', number, { inputs })
    return { number, sha, run, cases: casesOf(run) }
  }

/** Asks app1 as somebody who has logged in. */
export const visitorAt = async (url: string) => {
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const text = await answer.text()
    return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) }
  }
  const { json } = await ask('POST', '/login', { user: 'demo', password: 'demo' })
  return (method: string, path: string, body?: object) =>
    ask(method, path, body, { authorization: `Bearer ${json.token}` })
}

/** By app and check, what the smoke check said; `{}` when there was none. */
export const casesOf = ({ outputs }: RunResult): Record<string, Case> => {
  const cases: Case[] = JSON.parse(outputs.result || '{}').smoke?.result?.cases ?? []
  return Object.fromEntries(cases.map((one) => [`${one.app} ${one.name}`, one]))
}
