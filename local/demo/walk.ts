// The demo itself; runs inside the stack's namespaces, as a child of local/demo.ts.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CONFIG_PATH } from '../../src/config.ts'
import { errorChain } from '../install/error-chain.ts'
import { foldLog } from '../runner/fold.ts'
import { openScene } from '../scene.ts'
import { awsWitness } from './aws-witness.ts'
import { breakingMigration, breakingQueue } from './breaking.ts'
import { closing, fixing, opening, repeating } from './chapters.ts'
import { createPage } from './page.ts'
import { openPlatform } from './platform.ts'
import { createStage, type Stage } from './stage.ts'
import { seconds, timeTable } from './times.ts'

const BRANCH = 'feature/🍣-login'
const NAMESPACE = 'previews'
const EXAMPLE = path.join(import.meta.dirname, '../../examples/two-apps')

const chapters = async (stage: Stage): Promise<void> => {
  const live = await opening(stage)
  await breakingMigration(stage, live)
  await breakingQueue(stage, live)
  await fixing(stage, live)
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

/** Whoever has the page open sees all of one demo. */
const writePage = async (file: string, page: string): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(`${file}.${process.pid}`, page)
  await rename(`${file}.${process.pid}`, file)
}

/** Returns whether all was true. Whatever happens, the preview is gone afterwards, and `file` has what was seen. */
const walk = async (file: string, signal: AbortSignal): Promise<boolean> => {
  const started = performance.now()
  const page = createPage(process.stdout)
  const files = { [CONFIG_PATH]: await readFile(path.join(EXAMPLE, CONFIG_PATH), 'utf8') }
  await using open = new AsyncDisposableStack()
  const scene = open.adopt(await openScene({ files }), ({ end }) => end())
  const aws = open.adopt(awsWitness(scene.stack.aws), ({ close }) => close())
  const platform = open.adopt(await openPlatform(NAMESPACE, scene.stack.aws), ({ close }) => close())
  const stage = createStage({ scene, page, aws, platform, signal, namespace: NAMESPACE, branch: BRANCH, files })
  try {
    await chapters(stage)
  } catch (error) {
    await takeAway(stage)
    throw error
  } finally {
    await writePage(file, stage.diary.page())
  }
  summary(stage, performance.now() - started)
  return stage.untrue.length === 0
}

const interrupt = new AbortController()
// The parent closes the channel when somebody presses Ctrl-C; it closes by itself when the parent dies.
process.once('disconnect', () => interrupt.abort(new Error('Interrupted.')))
try {
  process.exitCode = (await walk(process.argv[2] ?? '', interrupt.signal)) ? 0 : 1
} catch (error) {
  console.error(`\n${errorChain(error)}`)
  process.exitCode = 1
} finally {
  if (process.connected) process.disconnect()
}
