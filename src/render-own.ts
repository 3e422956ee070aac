import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { admit } from './admission/admit.ts'
import type { Asked, Manifest } from './admission/build.ts'
import { isNamespace } from './admission/kinds.ts'
import { type KubeObject, refOf } from './cluster/cluster.ts'
import type { Sources } from './cluster/diagnose.ts'
import { keyOf } from './cluster/members.ts'
import { readyRuleProblem } from './cluster/ready-rule.ts'
import { DATABASE_SECRET } from './database/secret.ts'
import { PreviewError, type Problem } from './errors.ts'
import { writeFiles } from './kustomize/folder.ts'
import type { Kustomize } from './kustomize/kustomize.ts'
import { NAME_REFERENCES } from './kustomize/name-references.ts'
import { buildOnBase } from './kustomize/on-base.ts'
import { originOf, tidy } from './kustomize/origin.ts'
import { exposureOverlayOf } from './kustomize/overlay.ts'
import { exposed, installAnnotations } from './kustomize/own-ingress.ts'
import { asWrittenOf, ownOverlayOf, REFERENCES_FILE } from './kustomize/own-overlay.ts'
import { exposedService } from './kustomize/own-service.ts'
import { scanSources } from './kustomize/scan.ts'
import { correct } from './manifests/correct.ts'
import { hostProblems, withRewrittenHosts } from './manifests/service-hosts.ts'
import { imagesIn } from './own-images.ts'
import type { OwnPlan } from './plan.ts'

export type Rendered = {
  objects: KubeObject[]
  /** Files are relative to the repository's root. */
  sources: Sources
  /** What is done all the same, and people should know. */
  warnings: Problem[]
}

/**
 * People's kustomization, built twice: as they wrote it, which is what can be judged, because our overlay moves all that it
 * makes into the previews' namespace; then with our overlay around it.
 */
export const renderOwn = async (kustomize: Kustomize, plan: OwnPlan, folder: string): Promise<Rendered> => {
  const { tree, kustomization, rewriteServiceHosts } = plan.own
  await scanSources(tree, kustomization)
  const root = await realpath(tree)
  const build = async (name: string, filesFor: (base: string) => Record<string, string>): Promise<Manifest[]> => {
    const overlay = path.join(folder, name)
    await writeFiles(overlay, filesFor(path.relative(overlay, path.join(root, kustomization))))
    const objects = await kustomize.build(overlay).catch((cause) => {
      throw unbuildable(kustomization, root, cause)
    })
    return objects.map((object) => ({ object: tidy(object), file: originOf(object, overlay, root) }))
  }

  const asWritten = await build('as-written', (base) => ({ 'kustomization.yaml': asWrittenOf(base) }))
  const { problems, warnings } = admit(asWritten, askedOf(plan))
  if (problems.length > 0) throw refusal(kustomization, problems)

  const placed = await build('preview', (base) => ({
    'kustomization.yaml': ownOverlayOf(plan.apps, plan, base),
    [REFERENCES_FILE]: NAME_REFERENCES,
  }))
  const built = objectsOf(placed)
  const written = objectsOf(asWritten)
  const { environment, placement, settings } = plan
  const { suffix } = placement
  const corrected = correct(built, written, environment, suffix).map((object) => ledTo(object, plan))
  const objects = rewriteServiceHosts ? withRewrittenHosts(corrected, written, suffix) : corrected
  const sources: Sources = new Map(
    placed.flatMap(({ object, file }) => (file === undefined ? [] : [[keyOf(refOf(object)), { file }]])),
  )
  const leading = await Promise.all(
    plan.apps.filter(isLedToByUs).map((app) => {
      const { service } = app.config
      const backend = { name: `${service.name}${suffix}`, port: service.port }
      const overlay = path.join(folder, `leading-${app.name}`)
      return buildOnBase(kustomize, overlay, (base) => exposureOverlayOf(app, backend, plan, settings, base))
    }),
  )
  return {
    objects: [...objects, ...leading.flat()],
    sources,
    warnings: [...warnings, ...hostProblems(objects, written, suffix, sources)],
  }
}

/** Their Ingress or Service, as the action wants it. */
const ledTo = (object: KubeObject, { apps, settings, placement: { suffix } }: OwnPlan): KubeObject => {
  const isCalled = (name: string | undefined) => name !== undefined && object.metadata.name === `${name}${suffix}`
  if (object.kind === 'Service') {
    const app = apps.find(({ service }) => isCalled(service))
    return app === undefined ? object : exposedService(object, app, settings)
  }
  const app = object.kind === 'Ingress' ? apps.find(({ config }) => isCalled(config.ingress)) : undefined
  return app === undefined ? object : exposed(object, app, settings, suffix)
}

const isLedToByUs = ({ config: { ingress, expose } }: OwnPlan['apps'][number]): boolean =>
  ingress === undefined && (expose === 'ingress' || expose === 'nodePort' || expose === 'istio')

/** Kustomize tells of every folder on its way to what is wrong. */
const unbuildable = (kustomization: string, root: string, cause: Error): PreviewError => {
  const said = cause.message.split(/: (?=accumulat|recursed accumulation)/).at(-1) ?? ''
  return new PreviewError('RenderFailed', `${kustomization} does not build: ${said.replaceAll(`${root}/`, '')}`, {
    object: kustomization,
    hint: `\`kustomize build ${kustomization}\` says more on your machine`,
    cause,
  })
}

const objectsOf = (manifests: readonly Manifest[]): KubeObject[] =>
  manifests.map(({ object }) => object).filter((object) => !isNamespace(object))

const askedOf = ({ apps, placement, settings, database }: OwnPlan): Asked => ({
  apps: apps.map(({ name, service, config }) => ({
    name,
    service,
    port: config.service.port,
    expose: config.expose,
    ingress: config.ingress,
    images: imagesIn(config),
  })),
  suffix: placement.suffix,
  sharedObjects: [...settings.sharedObjects, ...(database === undefined ? [] : [`Secret/${DATABASE_SECRET}`])],
  allowedKinds: settings.allowedKinds,
  ingressAnnotations: installAnnotations(settings),
  readyProblem: readyRuleProblem,
})

const refusal = (kustomization: string, problems: Problem[]): PreviewError => {
  const [first] = problems
  const said = problems.length === 1 ? first?.message : `${problems.length} things are in the way`
  return new PreviewError('RenderFailed', `${kustomization} cannot be a preview: ${said}`, {
    object: kustomization,
    problems,
    hint:
      (problems.length === 1 ? first?.hint : undefined) ?? 'correct what is listed, each in its file, and push again',
  })
}
