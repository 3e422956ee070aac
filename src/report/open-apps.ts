import type { AppReport, Report } from './report.ts'

export type OpenApp = AppReport & { url: string; commit: string }

/** Those that answer at a URL, be it with the head commit or with the one before. */
export const openApps = ({ apps }: Report): OpenApp[] =>
  apps.flatMap((app) => {
    const { url, commit } = app
    return url === undefined || commit === undefined ? [] : [{ ...app, url, commit }]
  })
