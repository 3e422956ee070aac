import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { reportKey, type SmokeInput, type SmokeResult } from './contract.ts'
import { renderReport } from './report.ts'

export type Checked = { input: SmokeInput; execution: string; result: SmokeResult }

/** Where the report lies, or null when it could not be written: the verdict must not depend on the page about it. */
export const storeReport = async (s3: S3Client, bucket: string, checked: Checked): Promise<SmokeResult['report']> => {
  const key = reportKey(checked.input, checked.execution)
  const report = { bucket, key }
  const json = JSON.stringify({ ...checked.result, report }, null, 2)
  const put = (Key: string, Body: string, ContentType: string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType, CacheControl: 'no-cache' }))
  try {
    await Promise.all([
      put(key, renderReport(checked), 'text/html; charset=utf-8'),
      put(key.replace(/\.html$/, '.json'), json, 'application/json'),
    ])
    return report
  } catch (error) {
    console.error(`Write the report to s3://${bucket}/${key}: failed`, error)
    return null
  }
}
