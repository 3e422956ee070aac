import { isCommit, shownCommit } from './shown-commit.ts'
import { smoke, smokeCase } from './smoke-case.ts'
import { ask } from './web.ts'

const { domain, input } = smoke

for (const app of input.apps) {
  const health = new URL(app.health, app.url).href

  smokeCase({ app: app.name, kind: 'health', name: `answers at ${app.health}` }, async () => {
    const { said, status } = await ask(health, domain)
    if (status !== 200) throw new Error(`${said} answered ${status}, 200 is healthy`)
    return `${said} answered 200`
  })

  const marker = app.commit
  if (marker === undefined) continue
  smokeCase({ app: app.name, kind: 'commit', name: 'serves this commit' }, async () => {
    const answer = await ask(health, domain)
    const shown = shownCommit(answer, marker)
    if (isCommit(input.commit, shown)) return `${answer.said} shows ${shown.slice(0, 7)}`
    const [other, ours] = [shown.slice(0, 12), input.commit.slice(0, 12)]
    throw new Error(`${answer.said} shows commit ${other}, not ${ours}: another version answers`)
  })
}

// A check that was asked for and cannot be made must not look like one that passed.
for (const { app, kind, name } of input.checks) {
  smokeCase({ app, kind, name }, async () => {
    throw new Error(`These checks do not know the kind "${kind}": deploy newer ones (npm run checks:deploy)`)
  })
}
