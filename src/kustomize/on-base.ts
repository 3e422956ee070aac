import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { KubeObject } from '../cluster/cluster.ts'
import { KUSTOMIZE_BASE } from '../paths.ts'
import { writeFiles } from './folder.ts'
import type { Kustomize } from './kustomize.ts'

/** What an overlay of kustomize-base/ makes, whose text names it by the relative path: Kustomize refuses absolute ones. */
export const buildOnBase = async (
  kustomize: Kustomize,
  overlay: string,
  textOf: (base: string) => string,
): Promise<KubeObject[]> => {
  const base = path.relative(overlay, await realpath(KUSTOMIZE_BASE))
  await writeFiles(overlay, { 'kustomization.yaml': textOf(base) })
  return kustomize.build(overlay)
}
