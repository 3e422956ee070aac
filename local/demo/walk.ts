// The demo itself; runs inside the stack's namespaces, as a child of local/demo.ts.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { errorChain } from '../install/error-chain.ts'
import { foldLog } from '../runner/fold.ts'
import { openScene } from '../scene.ts'
import { awsWitness } from './aws-witness.ts'
import { closing, opening, pushing, repeating } from './chapters.ts'
import { createPage } from './page.ts'
import { createStage, type Stage } from './stage.ts'
import { seconds, timeTable } from './times.ts'

const BRANCH = 'feature/🍣-login'
const CONFIG = '.github/preview.yaml'
const EXAMPLE = path.join(import.meta.dirname, '../../examples/minimal')

const chapters = async (stage: Stage): Promise<void> => {
  const live = await opening(stage)
  await pushing(stage, live)
  await repeating(stage, live)
  await closing(stage, live)
}

const summary = ({ page, runs, untrue }: Stage, ms: number): void => {
  page.heading('How long it took')
  page.line()
  page.frame(timeTable(runs))
  page.line()
  page.line(`The demo took ${seconds(ms)}. ${untrue.length === 0 ? 'All of it was true.' : 'Untrue was:'}`)
  for (const sentence of untrue) page.line(`  ✗ ${sentence}`)
}

const takeAway = async ({ page, scene, branch }: Stage): Promise<void> => {
  page.line('\nRemoving what the demo has made …')
  const { exit, log } = await scene.dispatch({ mode: 'teardown', target: branch })
  if (exit !== 0) page.line(foldLog(log, () => true))
}

/** Returns whether all was true. Whatever happens, the preview is gone afterwards. */
const walk = async (signal: AbortSignal): Promise<boolean> => {
  const started = performance.now()
  const page = createPage(process.stdout)
  const files = { [CONFIG]: await readFile(path.join(EXAMPLE, CONFIG), 'utf8') }
  const scene = await openScene({ files })
  const aws = awsWitness(scene.stack.aws)
  const stage = createStage({ scene, page, aws, signal, branch: BRANCH, app: 'app1', files })
  try {
    await chapters(stage)
  } catch (error) {
    await takeAway(stage)
    throw error
  } finally {
    aws.close()
    await scene.end()
  }
  summary(stage, performance.now() - started)
  return stage.untrue.length === 0
}

const interrupt = new AbortController()
// The parent closes the channel when somebody presses Ctrl-C; it closes by itself when the parent dies.
process.once('disconnect', () => interrupt.abort(new Error('Interrupted.')))
try {
  process.exitCode = (await walk(interrupt.signal)) ? 0 : 1
} catch (error) {
  console.error(`\n${errorChain(error)}`)
  process.exitCode = 1
} finally {
  if (process.connected) process.disconnect()
}
