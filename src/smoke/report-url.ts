import { consoleHost, executionNameOf } from '../../checks/console.ts'
import { reportKey, type SmokeInput, type SmokeResult } from '../../checks/contract.ts'

/**
 * Where a person finds the report. The key must be the one that this run's report has by contract: whatever else the
 * checks say about a place is not turned into a link. Without a URL of theirs it is the console's, which asks for a login.
 */
export const reportUrl = (
  report: SmokeResult['report'],
  input: SmokeInput,
  executionArn: string,
): string | undefined => {
  const [, partition = '', , region = ''] = executionArn.split(':')
  if (report?.key !== reportKey(input, executionNameOf(executionArn))) return undefined
  const console = `https://${consoleHost(partition, region)}/s3/object/${encodeURIComponent(report.bucket)}`
  return report.url ?? `${console}?prefix=${encodeURIComponent(report.key)}`
}
