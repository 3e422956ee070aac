import { expect, test } from 'vitest'
import { filesWith, openTwoApps } from './two-apps-home.ts'

test('examples/two-apps is deployed, and all that it promises is checked', async ({ onTestFinished }) => {
  const home = await openTwoApps(['preview_01'])
  onTestFinished(() => home.end())
  const { number, sha, run, cases } = await home.deploy('feature/two-apps', filesWith())
  console.log(run.exit, JSON.stringify(cases, null, 1), JSON.stringify(run.outputs).slice(0, 3000), run.exit ? run : '')
  expect(run).toMatchObject({ exit: 0, outputs: { status: 'live', database: 'preview_01' } })

  home.close(number)
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
})
