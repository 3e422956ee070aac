import { homedir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { STSClient } from '@aws-sdk/client-sts'
import { deployChecks } from './deployment.ts'

const USAGE = `npm run checks:deploy -- --domain preview.example.com [--stack-name eks-preview-checks] [--region …]
  [--architecture x86_64|arm64] [--subnet-ids a,b --security-group-ids c,d]
Credentials, region and endpoint (AWS_ENDPOINT_URL) come from where the AWS CLI takes them.`

const list = (value: string): string[] => value.split(',').filter(Boolean)

const cli = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      'stack-name': { type: 'string', default: 'eks-preview-checks' },
      domain: { type: 'string' },
      region: { type: 'string' },
      architecture: { type: 'string', default: 'x86_64' },
      'subnet-ids': { type: 'string', default: '' },
      'security-group-ids': { type: 'string', default: '' },
    },
  })
  const { architecture, domain } = values
  if (!domain) throw new Error('--domain is missing: the domain whose hosts the checks may ask')
  if (architecture !== 'x86_64' && architecture !== 'arm64') throw new Error('--architecture must be x86_64 or arm64')
  const [subnetIds, securityGroupIds] = [list(values['subnet-ids']), list(values['security-group-ids'])]
  if (subnetIds.length > 0 !== securityGroupIds.length > 0) {
    throw new Error('--subnet-ids and --security-group-ids must be given together')
  }
  const deployed = await deployChecks({
    stackName: values['stack-name'],
    domain,
    architecture,
    aws: { region: values.region ?? (await new STSClient({}).config.region()) },
    ...(subnetIds.length > 0 && { vpc: { subnetIds, securityGroupIds } }),
    cache: process.env.EKS_PREVIEW_CACHE ?? path.join(homedir(), '.cache', 'eks-preview'),
    log: console.log,
  })
  console.log(deployed.change === 'unchanged' ? 'No changes: the stack is as it should be' : `Stack ${deployed.change}`)
  console.log(`state-machine-arn: ${deployed.stateMachineArn}\nreport bucket:     ${deployed.reportBucket}`)
}

try {
  await cli()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
  process.exitCode = 1
}
