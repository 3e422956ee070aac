import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3'

export type CodeBucket = {
  name: string
  /** Stores the content under a key that names it; what is there already stays. */
  store(key: string, content: () => Promise<Uint8Array>): Promise<void>
}

/** The bucket the code of the checks is uploaded to, made when it is missing. */
export const codeBucket = async (s3: S3Client, account: string, region: string): Promise<CodeBucket> => {
  const name = `eks-preview-checks-${account}-${region}`
  // The name can be guessed, so somebody else may have taken it: never hand code to a bucket of another account.
  const ours = { Bucket: name, ExpectedBucketOwner: account }
  if (!(await found(s3.send(new HeadBucketCommand(ours))))) {
    // us-east-1 is the one region that must not be named.
    const place =
      region === 'us-east-1'
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }
    await s3.send(new CreateBucketCommand({ Bucket: name, ...place }))
  }
  const block = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }
  await s3.send(new PutPublicAccessBlockCommand({ ...ours, PublicAccessBlockConfiguration: block }))
  return {
    name,
    store: async (key, content) => {
      if (await found(s3.send(new HeadObjectCommand({ ...ours, Key: key })))) return
      await s3.send(new PutObjectCommand({ ...ours, Key: key, Body: await content() }))
    },
  }
}

const found = (head: Promise<unknown>): Promise<boolean> =>
  head.then(
    () => true,
    (error) => {
      if (error instanceof NotFound) return false
      throw error
    },
  )
