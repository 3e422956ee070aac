import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { step } from '../database/failure.ts'
import { AWS_LIMITS } from './aws-limits.ts'
import type { Looks } from './smoke-case.ts'

/** Tells what is wrong with an object, by its key. @throws Error when it is none of the buckets that the checks may look into */
export const bucketLook = (name: string, { buckets }: Looks): ((key: string) => Promise<string | undefined>) => {
  const real = Object.hasOwn(buckets, name) ? buckets[name] : undefined
  if (real === undefined)
    throw new Error(
      `the checks may not look into a bucket ${name}: deploy them with --buckets ${name} (npm run checks:deploy)`,
    )
  const s3 = new S3Client(AWS_LIMITS)
  return (key) =>
    step(`Look for ${key} in bucket ${real}`, async () => {
      try {
        await s3.send(new HeadObjectCommand({ Bucket: real, Key: key }))
        return undefined
      } catch (error) {
        const { $metadata: { httpStatusCode = 0 } = {} } = error as { $metadata?: { httpStatusCode?: number } }
        // Who may not list a bucket is told 403 of what is not there.
        if (httpStatusCode !== 404 && httpStatusCode !== 403) throw error
        const where = real === name ? name : `${name} (${real})`
        return `there is no ${key} in bucket ${where}: the app stores into another bucket, or not at all`
      }
    })
}
