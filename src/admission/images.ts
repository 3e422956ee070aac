import type { Build, Finding, Rule } from './build.ts'
import { textOf } from './fields.ts'
import { podSpecsIn } from './pod-specs.ts'

/** [registry[:port]/]path[:tag][@digest], as container runtimes read it. */
const REFERENCE =
  /^(?<name>(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?<digest>@sha256:[0-9a-f]{64})?$/

const OWN = 'if your build makes it, name it in `image` of an app, which may be a list: the action then sets its tag'

export const images: Rule = (object, build) =>
  podSpecsIn(object).flatMap(({ containers }) =>
    containers.flatMap(({ path, fields }) => {
      const image = textOf(fields.image)
      return image === undefined ? [] : imageProblems(`${path}.image`, image, build)
    }),
  )

const imageProblems = (path: string, image: string, { apps }: Build): Finding[] => {
  const { name, tag, digest } = REFERENCE.exec(image)?.groups ?? {}
  if (apps.some((app) => name !== undefined && app.images.includes(name))) return [] // the action sets its tag
  if (name === undefined)
    return [
      {
        message: `${path}: ${JSON.stringify(image)} cannot be an image's name`,
        hint: `write repo:tag or repo@sha256:…; ${OWN}`,
      },
    ]
  if (digest !== undefined || (tag !== undefined && tag !== 'latest')) return []
  return [
    {
      message: `${path}: ${image} is whatever is the latest when a pod starts`,
      hint: `write its tag or, better, its digest; ${OWN}`,
    },
  ]
}

/** Names of all images of the build, without tags. */
export const imageNames = ({ objects }: Build): Set<string> =>
  new Set(
    objects
      .flatMap(podSpecsIn)
      .flatMap(({ containers }) => containers)
      .flatMap(({ fields }) => REFERENCE.exec(textOf(fields.image) ?? '')?.groups?.name ?? []),
  )
