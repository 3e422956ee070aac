import { describe } from 'vitest'
import type { SmokeApp } from '../contract.ts'
import { declaredCases } from './declared-cases.ts'
import { isCommit, shownCommit } from './shown-commit.ts'
import { smoke, smokeCase, timeLeft } from './smoke-case.ts'
import { ask } from './web.ts'

const { domain, input } = smoke

// Many apps that do not answer must not take the time of an attempt, one after the other.
describe.concurrent('apps', () => {
  for (const app of input.apps) {
    const health = new URL(app.health, app.url).href

    smokeCase({ app: app.name, kind: 'health', name: `answers at ${app.health}` }, async () => {
      const { said, status } = await ask(health, domain, { limitMs: timeLeft() })
      if (status !== 200) throw new Error(`${said} answered ${status}, 200 is healthy`)
      return `${said} answered 200`
    })

    const marker = app.commit
    if (marker === undefined) continue
    smokeCase({ app: app.name, kind: 'commit', name: 'serves this commit' }, () => servesCommit(health, marker))
  }
  declaredCases()
})

const servesCommit = async (health: string, marker: NonNullable<SmokeApp['commit']>): Promise<string> => {
  const answer = await ask(health, domain, { limitMs: timeLeft() })
  const shown = shownCommit(answer, marker)
  if (isCommit(input.commit, shown)) return `${answer.said} shows ${shown.slice(0, 7)}`
  const [other, ours] = [shown.slice(0, 12), input.commit.slice(0, 12)]
  throw new Error(`${answer.said} shows commit ${other}, not ${ours}: another version answers`)
}
