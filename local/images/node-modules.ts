import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached, hashOf } from '../install/cache.ts'
import type { Progress } from '../install/progress.ts'
import { type Image, writeImage } from './image-archive.ts'
import type { BaseImage } from './official.ts'

const chatapp = join(import.meta.dirname, '../../examples/chatapp')

/**
 * What the first stage of examples/chatapp's Dockerfile makes: Node, and in /app what the lock file names. It is an image of its own
 * because a commit seldom changes it, and npm cannot be asked when there is one.
 */
export const buildChatappModules = async (node: BaseImage, progress: Progress): Promise<BaseImage> => {
  const files = ['package.json', 'package-lock.json']
  const sources = files.map((name) => join(chatapp, name))
  const ref = 'preview.local/chatapp-modules:1'
  const folder = await cached(
    'image-chatapp-modules',
    await hashOf(sources, JSON.stringify(node.layers)),
    (unfinished) =>
      progress.step('installing the packages of examples/chatapp', async () => {
        const [root, app] = [join(unfinished, 'root'), join(unfinished, 'root/app')]
        await mkdir(app, { recursive: true })
        for (const name of files) await copyFile(join(chatapp, name), join(app, name))
        try {
          await promisify(execFile)('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
            cwd: app,
            timeout: 300_000,
          })
        } catch (cause) {
          throw new Error(`npm ci of examples/chatapp failed. Is the npm registry reachable?`, { cause })
        }
        const image = await writeImage(join(unfinished, 'image.tar'), ref, root, { WorkingDir: '/app' }, node)
        await writeFile(join(unfinished, 'image.json'), JSON.stringify(image))
        await rm(root, { recursive: true })
      }),
  )
  const image = JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')) as Image
  return { ...image, ref, archive: join(folder, 'image.tar') }
}
