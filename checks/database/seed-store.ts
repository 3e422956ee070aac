import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { PrepareFailure } from './failure.ts'

/** A server takes one text of SQL in one packet: MariaDB 16 MB, unless it is told otherwise. */
const LARGEST_SEED = 10_000_000

/** The file of SQL that a new database begins with. @throws PrepareFailure when it is larger than a server takes */
export const readSeed = async (s3: S3Client, { bucket, key }: { bucket: string; key: string }): Promise<string> => {
  const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  if (ContentLength > LARGEST_SEED) {
    const message = `Read the seed s3://${bucket}/${key}: it has ${ContentLength} bytes, ${LARGEST_SEED} is the most`
    throw new PrepareFailure('SeedTooLarge', `${message}. Keep what is larger in a migration of the app`)
  }
  return (await Body?.transformToString('utf-8')) ?? ''
}
