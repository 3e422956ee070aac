import { causeChain, type PreviewError } from '../errors.ts'
import { openApps } from './open-apps.ts'
import type { Report } from './report.ts'

export type OutputName = 'environment-id' | 'url' | 'urls' | 'database' | 'report-url' | 'status' | 'result'

/** What later steps of the workflow read; empty where there is nothing. Only URLs that have answered are given out. */
export const outputsOf = (report: Report): Record<OutputName, string> => {
  const urls = openApps(report).map(({ name, url }) => [name, url] as const)
  return {
    'environment-id': report.environment?.id ?? '',
    url: urls[0]?.[1] ?? '',
    urls: JSON.stringify(Object.fromEntries(urls)),
    database: report.database ?? '',
    'report-url': report.smoke?.reportUrl ?? '',
    status: report.status,
    result: JSON.stringify({ ...report, ...(report.failure && { failure: failureJson(report.failure) }) }),
  }
}

/** An error has no enumerable message: as it is, JSON would lose what matters. */
const failureJson = (failure: PreviewError) => {
  const { code, message, step, object, hint, problems } = failure
  return { code, message, step, object, hint, problems, causes: causeChain(failure).slice(1) }
}
