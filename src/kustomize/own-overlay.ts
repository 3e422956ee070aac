import type { OwnApp } from '../config-schema.ts'
import { LABEL } from '../names.ts'
import type { Exposed } from './exposure.ts'
import { imageChange, kustomizationText, placed, type Where } from './overlay.ts'

export type OwnOverlayApp = Exposed & {
  config: OwnApp
  /** By name in the manifests, `repository:tag` or `repository@sha256:…`. */
  images: Readonly<Record<string, string>>
}

/** Written beside the overlay. */
export const REFERENCES_FILE = 'name-references.yaml'

/** People's kustomization with nothing changed; every object says which file it is from. `base`: the relative path to it. */
export const asWrittenOf = (base: string): string =>
  kustomizationText({ resources: [base], buildMetadata: ['originAnnotations'] })

/** The overlay around people's kustomization. Wants `REFERENCES_FILE` beside it. */
export const ownOverlayOf = (apps: readonly OwnOverlayApp[], { environment, placement }: Where, base: string): string =>
  kustomizationText({
    resources: [base],
    ...placed(placement),
    labels: [
      {
        pairs: { [LABEL.environment]: environment.id },
        // Where others have pods too, or a Service would send requests to every branch's.
        includeSelectors: placement.suffix !== '',
        includeTemplates: true,
      },
      { pairs: { [LABEL.part]: String(environment.owner.repositoryId) } },
    ],
    images: apps.flatMap(({ images }) => Object.entries(images).map(([name, image]) => imageChange(name, image))),
    configurations: [REFERENCES_FILE],
    buildMetadata: ['originAnnotations'],
  })
