import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts'
import { type Architecture, bundleChecks } from './bundle.ts'
import { type CodeBucket, codeBucket } from './code-bucket.ts'
import { type DatabaseOptions, databaseParameters } from './database/options.ts'
import { namesIn } from './settings.ts'
import { deployStack, type StackChange } from './stack.ts'

export type DeployOptions = {
  stackName: string
  /** Only hosts of this domain and below it are ever asked. */
  domain: string
  /** Credentials, endpoint and whatever else the SDK does not find by itself. */
  aws: Pick<STSClientConfig, 'credentials' | 'endpoint'> & { region: string }
  architecture?: Architecture
  vpc?: { subnetIds: string[]; securityGroupIds: string[] }
  /** Folder with `*.check.ts` of a team's own. */
  suite?: string
  /** Where checks may look directly: names as checks write them, `jobs` or `jobs=acme-preview-jobs`. */
  queues?: string[]
  buckets?: string[]
  /** Default: console. */
  reportLinks?: 'console' | 'presigned'
  /** The server whose databases are prepared. */
  database?: DatabaseOptions
  /** Folder that keeps the built Lambda between runs. */
  cache: string
  log: (line: string) => void
}
export type DeployedChecks = {
  change: StackChange
  stateMachineArn: string
  reportBucket: string
  /** Of the state machine that prepares databases, when there is one. */
  prepareArn?: string
}

const read = (file: string): Promise<Buffer> => readFile(path.join(import.meta.dirname, file))

/** Builds, uploads and deploys the checks; the second run in a row changes nothing. */
export const deployChecks = async (options: DeployOptions): Promise<DeployedChecks> => {
  const { architecture = 'x86_64', aws, database, domain, log, stackName, vpc } = options
  const { Account: account = '' } = await new STSClient(aws).send(new GetCallerIdentityCommand({}))
  log(`Deploying ${stackName} to account ${account}, region ${aws.region}`)
  const bundle = await bundleChecks(options.cache, architecture, log, options.suite)
  const bucket = await codeBucket(new S3Client(aws), account, aws.region)
  await bucket.store(bundle.name, () => readFile(bundle.file))
  const parameters = {
    Domain: domain,
    CodeBucket: bucket.name,
    CodeKey: bundle.name,
    DefinitionKey: await storeDefinition(bucket, 'state-machine.asl.json'),
    Architecture: architecture,
    SubnetIds: vpc?.subnetIds.join(',') ?? '',
    SecurityGroupIds: vpc?.securityGroupIds.join(',') ?? '',
    ReportLinks: options.reportLinks ?? 'console',
    ...lookParameters(options, account),
    ...databaseParameters(database),
    PrepareDefinitionKey: database ? await storeDefinition(bucket, 'database/prepare-machine.asl.json') : '',
  }
  const template = (await read('template.yaml')).toString()
  const { change, outputs } = await deployStack(
    new CloudFormationClient(aws),
    { name: stackName, template, parameters },
    log,
  )
  return {
    change,
    stateMachineArn: output(outputs, 'StateMachineArn'),
    reportBucket: output(outputs, 'ReportBucket'),
    ...(database && { prepareArn: output(outputs, 'PrepareMachineArn') }),
  }
}

/** The function's role is limited to what is named here. A bucket's name says nothing about its account. */
const lookParameters = ({ aws, buckets = [], queues = [] }: DeployOptions, account: string) => {
  const partition = aws.region.startsWith('cn-') ? 'aws-cn' : aws.region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  const queue = (name: string) => `arn:${partition}:sqs:${aws.region}:${account}:${name}`
  return {
    Queues: queues.join(','),
    QueueArns: Object.values(namesIn(queues.join(',')))
      .map(queue)
      .join(','),
    Buckets: buckets.join(','),
    BucketObjectArns: Object.values(namesIn(buckets.join(',')))
      .map((name) => `arn:${partition}:s3:::${name}/*`)
      .join(','),
  }
}

/** Its key has its content's hash: another definition is another object, and so an update of the stack. */
const storeDefinition = async (bucket: CodeBucket, file: string): Promise<string> => {
  const definition = await read(file)
  const hash = createHash('sha256').update(definition).digest('hex').slice(0, 16)
  const key = `${path.basename(file, '.asl.json')}-${hash}.asl.json`
  await bucket.store(key, async () => definition)
  return key
}

const output = (outputs: Record<string, string>, name: string): string => {
  const value = outputs[name]
  if (value) return value
  throw new Error(`The stack has no output ${name}: was it made from another template?`)
}
