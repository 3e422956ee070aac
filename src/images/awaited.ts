import type { DeployPlan } from '../plan.ts'
import { type EcrImage, ecrImageOf } from './ecr-image.ts'

/**
 * The images in ECR that a build job makes for this run: tagged with its commit, or named by the input `images`. Others
 * were there before; one that ECR fetches from another registry is there only once it was pulled. Pure.
 */
export const awaitedImages = ({ apps, commit }: DeployPlan, images: Readonly<Record<string, string>>): EcrImage[] => {
  const given = new Set(Object.values(images))
  const planned = apps.flatMap((app) =>
    'images' in app
      ? Object.values(app.images)
      : [app.image, app.config.migrate?.image].filter((image) => image !== undefined),
  )
  const made = [...new Set(planned)].filter((image) => given.has(image) || image.endsWith(`:${commit}`))
  return made.flatMap((image) => ecrImageOf(image) ?? [])
}
