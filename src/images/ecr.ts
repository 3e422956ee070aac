import {
  DescribeImagesCommand,
  type DescribeImagesCommandInput,
  ECRClient,
  type ECRClientConfig,
  ImageNotFoundException,
  paginateDescribeImages,
  paginateDescribeRepositories,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr'
import { awsFailure } from '../aws/failure.ts'
import type { EcrImage } from './ecr-image.ts'
import type { Registry } from './registry.ts'

type Options = { aws: Omit<ECRClientConfig, 'region'>; region: string; signal: AbortSignal }

/** Pages of 1,000: a repository of more images has no lifecycle policy, and its newest tags are not worth minutes. */
const PAGES = 20

/** ADAPTER. The region is the image's, not the cluster's. */
export const ecr = ({ aws, region, signal }: Options): Registry => {
  const clients = new Map<string, ECRClient>()
  // Who waits asks again: the many attempts of the other clients would only delay the word that it cannot be asked.
  const clientIn = (of: string): ECRClient => {
    const client = clients.get(of) ?? new ECRClient({ ...aws, maxAttempts: 3, region: of })
    clients.set(of, client)
    return client
  }
  const failure = (cause: unknown, action: string, { region, registryId, repository }: EcrImage) =>
    awsFailure(cause, {
      action: `ecr:${action}`,
      object: `arn:aws:ecr:${region}:${registryId}:repository/${repository}`,
      signal,
    })

  return {
    region,
    look: async (image) => {
      try {
        await clientIn(image.region).send(new DescribeImagesCommand(inputOf(image)), { abortSignal: signal })
        return 'there'
      } catch (cause) {
        if (cause instanceof ImageNotFoundException) return 'not there'
        if (cause instanceof RepositoryNotFoundException) return 'no repository'
        throw failure(cause, 'DescribeImages', image)
      }
    },
    pushed: async (image) => {
      const { registryId, repository: repositoryName } = image
      const input = { registryId, repositoryName, filter: { tagStatus: 'TAGGED' as const } }
      return await listed(
        paginateDescribeImages({ client: clientIn(image.region), pageSize: 1_000 }, input, { abortSignal: signal }),
        ({ imageDetails = [] }) =>
          imageDetails.map(({ imageTags = [], imagePushedAt = new Date(0) }) => ({
            tags: imageTags,
            at: imagePushedAt,
          })),
      ).catch((cause: unknown) => {
        throw failure(cause, 'DescribeImages', image)
      })
    },
    repositories: async (image) => {
      const { registryId } = image
      return await listed(
        paginateDescribeRepositories(
          { client: clientIn(image.region), pageSize: 1_000 },
          { registryId },
          { abortSignal: signal },
        ),
        ({ repositories = [] }) => repositories.map(({ repositoryName = '' }) => repositoryName),
      ).catch((cause: unknown) => {
        throw failure(cause, 'DescribeRepositories', { ...image, repository: '*' })
      })
    },
  }
}

const inputOf = ({ registryId, repository, version }: EcrImage): DescribeImagesCommandInput => ({
  registryId,
  repositoryName: repository,
  imageIds: ['tag' in version ? { imageTag: version.tag } : { imageDigest: version.digest }],
})

const listed = async <Page, T>(pages: AsyncIterable<Page>, of: (page: Page) => T[]): Promise<T[]> => {
  const all: T[] = []
  let count = 0
  for await (const page of pages) {
    all.push(...of(page))
    count += 1
    if (count === PAGES) break
  }
  return all
}
