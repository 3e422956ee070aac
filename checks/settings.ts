import type { Looks } from './suite/smoke-case.ts'

export type ReportPlace = {
  bucket: string
  /** `presigned`: whoever has the link may read the report, for a while. */
  links: 'console' | 'presigned'
}
type Settings = { domain: string; looks: Looks; reports: ReportPlace }

/** @throws Error naming the variable that is missing */
export const readSettings = (env: NodeJS.ProcessEnv): Settings => ({
  domain: required(env, 'DOMAIN'),
  reports: {
    bucket: required(env, 'REPORT_BUCKET'),
    links: env.REPORT_LINKS === 'presigned' ? 'presigned' : 'console',
  },
  looks: {
    secretPrefix: env.SECRET_PREFIX ?? '',
    databaseTls: env.DATABASE_TLS !== 'false',
    queues: namesIn(env.QUEUES),
    buckets: namesIn(env.BUCKETS),
  },
})

const required = (env: NodeJS.ProcessEnv, name: string): string => {
  const value = env[name]
  if (value) return value
  throw new Error(
    `The environment variable ${name} of the Lambda function is not set: deploy it with npm run checks:deploy`,
  )
}

/** `jobs=acme-preview-jobs,mails`: the name that checks write, and AWS' own where it is another. */
export const namesIn = (text = ''): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean)
      .map((entry) => entry.split('='))
      .map(([name = '', real = name]) => [name, real]),
  )
