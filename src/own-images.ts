import { CONFIG_PATH } from './config.ts'
import type { OwnApp } from './config-schema.ts'
import { PreviewError, type Problem } from './errors.ts'

/** What the images of people's manifests become. */

/** By name in the manifests, `repository:tag` or `repository@sha256:…`. */
type Replaced = Readonly<Record<string, string>>
type Given = Readonly<Record<string, string>>

export const imagesIn = ({ image = [] }: OwnApp): readonly string[] => (typeof image === 'string' ? [image] : image)

/** By app. `given` is by app, or by an image's name: the input `images`. An image becomes one other, whichever app it was asked for. */
export const ownImages = (
  apps: Readonly<Record<string, OwnApp>>,
  given: Given,
  versioned: (image: string) => string,
): Record<string, Replaced> => {
  const all = Object.entries(apps).map(([name, app]) => {
    const images = imagesIn(app)
    const replaced = images.map((image) => [
      image,
      given[image] ?? (images.length === 1 ? given[name] : undefined) ?? versioned(image),
    ])
    return { name, images, replaced: Object.fromEntries(replaced) as Replaced }
  })
  const problems = all.flatMap((app, index) => [...unclear(app, given), ...torn(app, all.slice(0, index))])
  if (problems.length > 0) throw new PreviewError('BadInput', 'images and apps do not fit', { problems })
  return Object.fromEntries(all.map(({ name, replaced }) => [name, replaced]))
}

type Planned = { name: string; images: readonly string[]; replaced: Replaced }

const unclear = ({ name, images }: Planned, given: Given): Problem[] => {
  if (given[name] === undefined || images.length === 1 || images.includes(name)) return []
  if (images.length === 0)
    return [
      {
        message: `images has one for ${name}, but apps.${name} does not say which image of the manifests it replaces`,
        hint: `add \`image\` to apps.${name}: the image's name as the manifests have it`,
        file: CONFIG_PATH,
      },
    ]
  return [
    {
      message: `images has one for ${name}, but apps.${name} has ${images.length} images`,
      hint: `write one line for each, with its name in the manifests: ${images.map((image) => `${image}=…`).join(', ')}`,
      file: CONFIG_PATH,
    },
  ]
}

const torn = ({ name, replaced }: Planned, before: readonly Planned[]): Problem[] =>
  Object.entries(replaced).flatMap(([image, to]) => {
    const other = before.find((each) => each.replaced[image] !== undefined && each.replaced[image] !== to)
    if (other === undefined) return []
    return [
      {
        message: `apps.${other.name} and apps.${name} share the image ${image}, but images makes it ${other.replaced[image]} and ${to}`,
        hint: 'give both the same image, or the manifests two names',
        file: CONFIG_PATH,
      },
    ]
  })
