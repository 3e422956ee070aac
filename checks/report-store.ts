import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { executionNameOf } from './console.ts'
import { reportKey, type SmokeInput, type SmokeResult } from './contract.ts'
import type { CaseExchanges } from './exchange.ts'
import { renderReport } from './report.ts'
import type { ReportPlace } from './settings.ts'

export type ReportStore = {
  /** Of the attempts before; what cannot be read is missing in the report and nowhere else. */
  readExchanges(): Promise<CaseExchanges[]>
  /** Where the report lies, or null when it could not be written: the verdict must not depend on the page about it. */
  write(result: SmokeResult, exchanges: readonly CaseExchanges[]): Promise<SmokeResult['report']>
}

/** It ends earlier when the function's own session does, which lasts longer than this when it is new. */
const LINK_SECONDS = 6 * 3600

export const reportStore = (
  s3: S3Client,
  { bucket, links }: ReportPlace,
  { execution, input }: { input: SmokeInput; execution: string },
): ReportStore => {
  const key = reportKey(input, executionNameOf(execution))
  const jsonKey = key.replace(/\.html$/, '.json')
  const put = (Key: string, Body: string, ContentType: string) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType, CacheControl: 'no-cache' }))
  return {
    readExchanges: async () => {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: jsonKey }))
        return JSON.parse((await Body?.transformToString()) ?? '{}').exchanges ?? []
      } catch (error) {
        console.error(`Read the attempts before from s3://${bucket}/${jsonKey}: failed`, error)
        return []
      }
    },
    write: async (result, exchanges) => {
      try {
        const report = { bucket, key, ...(links === 'presigned' && (await presigned(s3, bucket, key))) }
        const json = JSON.stringify({ ...result, report: { bucket, key }, exchanges }, null, 2)
        const page = renderReport({ input, execution, result: { ...result, report }, exchanges })
        await Promise.all([put(key, page, 'text/html; charset=utf-8'), put(jsonKey, json, 'application/json')])
        return report
      } catch (error) {
        console.error(`Write the report to s3://${bucket}/${key}: failed`, error)
        return null
      }
    },
  }
}

/** Whoever has this URL may read the report: it is in the result, and in no file that outlives it. */
const presigned = async (s3: S3Client, Bucket: string, Key: string) => ({
  expires: new Date(Date.now() + LINK_SECONDS * 1000).toISOString(),
  url: await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: LINK_SECONDS }),
})
