import path from 'node:path'
import { PreviewError } from './errors.ts'
import { inTempFolder } from './kustomize/folder.ts'
import type { Kustomize } from './kustomize/kustomize.ts'
import { buildOnBase } from './kustomize/on-base.ts'
import { overlayOf } from './kustomize/overlay.ts'
import { nameProblems } from './names.ts'
import type { BasePlan, DeployPlan } from './plan.ts'
import { type Rendered, renderOwn } from './render-own.ts'

/** All objects of the preview. Nothing is written outside `tempFolder`, and nothing is left in it. */
export const render = (kustomize: Kustomize, plan: DeployPlan, tempFolder: string): Promise<Rendered> =>
  inTempFolder(tempFolder, (folder) =>
    plan.own === undefined ? renderBase(kustomize, plan, folder) : renderOwn(kustomize, plan, folder),
  )

/** Every app's overlay, built at the same time; the objects in the apps' order. */
const renderBase = async (kustomize: Kustomize, plan: BasePlan, folder: string): Promise<Rendered> => {
  const built = await Promise.all(
    plan.apps.map((app) =>
      buildOnBase(kustomize, path.join(folder, app.name), (base) => overlayOf(app, plan, plan.settings, base)),
    ),
  )
  const objects = built.flat()
  const problems = nameProblems(objects.map(({ kind, metadata }) => ({ kind, name: metadata.name })))
  if (problems.length > 0)
    throw new PreviewError('RenderFailed', 'names that are too long for Kubernetes', { problems })
  return { objects, sources: new Map(), warnings: [] }
}
