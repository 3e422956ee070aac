import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { KubeObject } from './cluster/cluster.ts'
import { PreviewError } from './errors.ts'
import type { Kustomize } from './kustomize/kustomize.ts'
import { overlayOf } from './kustomize/overlay.ts'
import { nameProblems } from './names.ts'
import { KUSTOMIZE_BASE } from './paths.ts'
import type { DeployPlan } from './plan.ts'

/** Every app's overlay, written outside the checkout and built at the same time; the objects in the apps' order. */
export const renderAll = async (kustomize: Kustomize, plan: DeployPlan, tempFolder: string): Promise<KubeObject[]> => {
  // Kustomize resolves links before it compares, so the relative path must be between real folders.
  const folder = await realpath(await mkdtemp(path.join(tempFolder, 'eks-preview-')))
  try {
    const built = await Promise.all(
      plan.apps.map(async (app) => {
        const overlay = path.join(folder, app.name)
        await mkdir(overlay)
        const base = path.relative(overlay, await realpath(KUSTOMIZE_BASE))
        await writeFile(path.join(overlay, 'kustomization.yaml'), overlayOf(app, plan.environment, plan.settings, base))
        return kustomize.build(overlay)
      }),
    )
    const objects = built.flat()
    const problems = nameProblems(objects.map(({ kind, metadata }) => ({ kind, name: metadata.name })))
    if (problems.length > 0)
      throw new PreviewError('RenderFailed', 'names that are too long for Kubernetes', { problems })
    return objects
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
