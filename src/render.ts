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
  const folder = await realpath(await mkdtemp(path.join(tempFolder, 'eks-preview-')).catch(unwritable))
  try {
    const built = await Promise.all(
      plan.apps.map(async (app) => {
        const overlay = path.join(folder, app.name)
        const base = path.relative(overlay, await realpath(KUSTOMIZE_BASE))
        const text = overlayOf(app, plan.environment, plan.settings, base)
        await mkdir(overlay).catch(unwritable)
        await writeFile(path.join(overlay, 'kustomization.yaml'), text).catch(unwritable)
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

const unwritable = (cause: NodeJS.ErrnoException): never => {
  throw new PreviewError('RenderFailed', `cannot write the overlay: ${cause.message}`, {
    hint: 'free some space on the runner, or correct the rights of its temporary folder',
    ...(cause.path === undefined ? {} : { object: cause.path }),
    cause,
  })
}
