// Real programs as images, in the shape of the official ones. `up` builds those that are not in the cache; a stack has none of
// them until a test asks for it, in its scene:
//
//   const image = await scene.official('nginx')     // also 'node', 'redis', 'postgres': returns the name that pods may run
//   await scene.buildOn('node', 'web', commit, { '/app': 'examples/web' }, { WorkingDir: '/app', Cmd: ['node', 'main.js'] })
//
// The second is what a Dockerfile says that begins with FROM: the image of a commit of the app `web`, with COMMIT in its
// environment; its one layer holds copies of folders and files.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cached, hashOf } from '../install/cache.ts'
import { addLibraries, unpackPackages } from '../install/debian.ts'
import type { Progress } from '../install/progress.ts'
import { addBusybox } from './busybox.ts'
import { type Image, type ImageConfig, writeImage } from './image-archive.ts'
import { type Recipe, recipes } from './recipes.ts'

export type OfficialName = keyof typeof recipes
export type BaseImage = Image & { ref: string; archive: string }
export type OfficialImages = Record<OfficialName, BaseImage>

/** One after the other: they all ask apt-get. */
export const buildOfficialImages = async (progress: Progress): Promise<OfficialImages> => ({
  node: await officialImage('node', progress),
  nginx: await officialImage('nginx', progress),
  redis: await officialImage('redis', progress),
  postgres: await officialImage('postgres', progress),
})

const officialImage = async (name: OfficialName, progress: Progress): Promise<BaseImage> => {
  const recipe: Recipe = recipes[name]
  const { ref, packages, config } = recipe
  const made = [join(import.meta.dirname, 'recipes.ts'), ...recipe.sources]
  const key = await hashOf(made, ref, ...packages, JSON.stringify(config), await recipe.version())
  const folder = await cached(`image-${name}`, key, (unfinished) =>
    progress.step(`making the image ${ref}`, async () => {
      const image = await make(recipe, unfinished)
      await writeFile(join(unfinished, 'image.json'), JSON.stringify(image))
    }),
  )
  const image = JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')) as Image
  return { ...image, ref, archive: join(folder, 'image.tar') }
}

const make = async (recipe: Recipe, folder: string): Promise<Image> => {
  const [root, packages] = [join(folder, 'root'), join(folder, 'packages')]
  await unpackPackages(packages, 'busybox-static', ...recipe.packages)
  await mkdir(root)
  await addBusybox(root, packages)
  await addLibraries(root, await recipe.fill(root, packages), packages)
  const image = await writeImage(join(folder, 'image.tar'), recipe.ref, root, recipe.config)
  for (const left of [root, packages]) await rm(left, { recursive: true })
  return image
}

/** Writes what a commit's build job would have pushed: `copies` (path in the image to path here) on top of `base`. */
export const writeImageOn = async (
  base: BaseImage,
  archive: string,
  ref: string,
  commit: string,
  copies: Record<string, string>,
  config: Partial<ImageConfig>,
): Promise<void> => {
  const root = await mkdtemp(join(dirname(archive), 'root.'))
  try {
    for (const [to, from] of Object.entries(copies)) {
      await mkdir(dirname(join(root, to)), { recursive: true })
      await cp(from, join(root, to), { recursive: true, verbatimSymlinks: true })
    }
    await writeImage(archive, ref, root, { ...config, Env: [`COMMIT=${commit}`, ...(config.Env ?? [])] }, base)
  } finally {
    await rm(root, { recursive: true })
  }
}
