import { homedir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { STSClient } from '@aws-sdk/client-sts'
import { DATABASE_FLAGS, readDatabaseFlags } from './database/options.ts'
import { deployChecks } from './deployment.ts'

const USAGE = `npm run checks:deploy -- --domain preview.example.com [--stack-name eks-preview-checks] [--region …]
  [--architecture x86_64|arm64] [--subnet-ids a,b --security-group-ids c,d]
  [--suite FOLDER] [--queues jobs,mails=acme-preview-mails] [--buckets uploads=acme-preview-uploads]
  [--report-links console|presigned]
  [--database-engine mysql|postgres --database-host … --database-names preview_{01..20} --database-admin-secret ARN
    [--database-port …] [--database-seed s3://bucket/seed.sql] [--database-tls false]]
Credentials, region and endpoint (AWS_ENDPOINT_URL) come from where the AWS CLI takes them.`

const list = (value: string): string[] => value.split(',').filter(Boolean)

/** Never a wildcard: it would be one in the function's policy too. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}(=[A-Za-z0-9][A-Za-z0-9._-]{0,79})?$/

const flags = () =>
  parseArgs({
    options: {
      'stack-name': { type: 'string', default: 'eks-preview-checks' },
      domain: { type: 'string' },
      region: { type: 'string' },
      architecture: { type: 'string', default: 'x86_64' },
      'subnet-ids': { type: 'string', default: '' },
      'security-group-ids': { type: 'string', default: '' },
      suite: { type: 'string' },
      queues: { type: 'string', default: '' },
      buckets: { type: 'string', default: '' },
      'report-links': { type: 'string', default: 'console' },
      ...DATABASE_FLAGS,
    },
  }).values

/** @throws Error with every problem */
const wished = (values: ReturnType<typeof flags>) => {
  const problems: string[] = []
  const { architecture, domain = '' } = values
  if (!domain) problems.push('--domain is missing: the domain whose hosts the checks may ask')
  if (architecture !== 'x86_64' && architecture !== 'arm64') problems.push('--architecture must be x86_64 or arm64')
  const [subnetIds, securityGroupIds] = [list(values['subnet-ids']), list(values['security-group-ids'])]
  if (subnetIds.length > 0 !== securityGroupIds.length > 0) {
    problems.push('--subnet-ids and --security-group-ids must be given together')
  }
  const [queues, buckets, links] = [list(values.queues), list(values.buckets), values['report-links']]
  for (const entry of [...queues, ...buckets])
    if (!NAME.test(entry))
      problems.push(`${entry} must be a name such as jobs, or one for another: jobs=acme-preview-jobs`)
  if (links !== 'console' && links !== 'presigned') problems.push('--report-links must be console or presigned')
  const database = readDatabaseFlags(values)
  if (Array.isArray(database)) problems.push(...database)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return {
    domain,
    architecture: architecture as 'x86_64' | 'arm64',
    queues,
    buckets,
    reportLinks: links as 'console' | 'presigned',
    ...(values.suite !== undefined && { suite: values.suite }),
    ...(subnetIds.length > 0 && { vpc: { subnetIds, securityGroupIds } }),
    ...(database && !Array.isArray(database) && { database }),
  }
}

const cli = async (): Promise<void> => {
  const values = flags()
  const deployed = await deployChecks({
    ...wished(values),
    stackName: values['stack-name'],
    aws: { region: values.region ?? (await new STSClient({}).config.region()) },
    cache: process.env.EKS_PREVIEW_CACHE ?? path.join(homedir(), '.cache', 'eks-preview'),
    log: console.log,
  })
  console.log(deployed.change === 'unchanged' ? 'No changes: the stack is as it should be' : `Stack ${deployed.change}`)
  console.log(`state-machine-arn: ${deployed.stateMachineArn}\nreport bucket:     ${deployed.reportBucket}`)
  if (deployed.prepareArn) console.log(`database-prepare-arn: ${deployed.prepareArn}`)
}

try {
  await cli()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
  process.exitCode = 1
}
