import type { EcrImage } from './ecr-image.ts'

/** An image that a repository has. */
export type Pushed = { tags: string[]; at: Date }

/** The registries of ECR that the action's role can read. */
export type Registry = {
  /** The cluster's, where people may have pushed what is asked for in another one; empty when it is not known. */
  region: string
  look(image: EcrImage): Promise<'there' | 'not there' | 'no repository'>
  /** The repository's tagged images. */
  pushed(image: EcrImage): Promise<Pushed[]>
  /** Names of the repositories beside the image's own. */
  repositories(image: EcrImage): Promise<string[]>
}
