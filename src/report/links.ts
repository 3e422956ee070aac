import type { Report } from './report.ts'

/** The commit's page, by the one address every run knows: `https://github.com/owner/name/actions/runs/1`. */
export const commitUrl = ({ run }: Report, sha: string): string =>
  run.url.replace(/\/actions\/runs\/.*$/, `/commit/${sha}`)
