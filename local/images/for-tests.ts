import type { Progress } from '../install/progress.ts'
import { buildChatappModules } from './node-modules.ts'
import { type BaseImage, buildOfficialImages, type OfficialImages } from './official.ts'
import { buildRegistry } from './private-registry.ts'

/** What no stack runs by itself: tests import it, or start it. Paths in the cache. */
export type ForTests = {
  official: OfficialImages
  chatappModules: BaseImage
  /** The program of a registry. */
  registry: string
}

/** Fetched while a registry of packages can be asked: inside the namespaces there is none. */
export const buildForTests = async (progress: Progress): Promise<ForTests> => {
  const official = await buildOfficialImages(progress)
  return {
    official,
    chatappModules: await buildChatappModules(official.node, progress),
    registry: await buildRegistry(progress),
  }
}
