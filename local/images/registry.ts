import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  ECRClient,
  PutImageCommand,
  RepositoryAlreadyExistsException,
} from '@aws-sdk/client-ecr'
import type { RootCredentials } from '../aws/ministack.ts'

/** What has been pushed to the account's registry. A node has its images from containerd: only their names are here. */
export type ImageRegistry = {
  /** Returns its digest. */
  push(repository: string, tag: string): Promise<string>
  remove(repository: string, tag: string): Promise<void>
}

export const imageRegistry = (aws: {
  endpoint: string
  region: string
  credentials: RootCredentials
}): ImageRegistry => {
  const ecr = new ECRClient(aws)
  return {
    push: async (repositoryName, imageTag) => {
      await ecr.send(new CreateRepositoryCommand({ repositoryName })).catch((error: unknown) => {
        if (!(error instanceof RepositoryAlreadyExistsException)) throw error
      })
      // No two images are equal: a tag is all that tells one from another here.
      const imageManifest = JSON.stringify({ schemaVersion: 2, annotations: { tag: imageTag } })
      const { image } = await ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }))
      return image?.imageId?.imageDigest ?? ''
    },
    remove: async (repositoryName, imageTag) => {
      await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag }] }))
    },
  }
}
