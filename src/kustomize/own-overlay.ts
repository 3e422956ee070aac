import type { OwnApp } from '../config-schema.ts'
import { LABEL } from '../names.ts'
import { imageChange, kustomizationText, placed, type Where } from './overlay.ts'

export type OwnOverlayApp = {
  name: string
  host: string
  config: OwnApp
  /** `repository:tag` or `repository@sha256:…` for the image that the app names; absent when it names none. */
  image?: string
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
    images: apps.flatMap(({ config, image }) =>
      config.image === undefined || image === undefined ? [] : [imageChange(config.image, image)],
    ),
    configurations: [REFERENCES_FILE],
    buildMetadata: ['originAnnotations'],
  })
