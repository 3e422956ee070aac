// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse, type ScalarTag } from 'yaml'

const read = (file: string): string => readFileSync(path.join(import.meta.dirname, file), 'utf8')

// CloudFormation's short forms, as the long ones they stand for.
const short = (name: string) =>
  [{}, { collection: 'seq' as const }].map((shape) => ({
    tag: `!${name}`,
    ...shape,
    resolve: (value: unknown) => ({ [name]: (value as { toJSON?(): unknown }).toJSON?.() ?? value }),
  })) as unknown as ScalarTag[]
const template = parse(read('template.yaml'), {
  customTags: ['Ref', 'Sub', 'GetAtt', 'Equals', 'Not', 'Join', 'If'].flatMap(short),
})
const { Resources, Outputs, Parameters } = template
const text = JSON.stringify(template)

test('every name it refers to exists', () => {
  const names = new Set([...Object.keys(Resources), ...Object.keys(Parameters)])
  const refs = [...text.matchAll(/"Ref":"([^"]+)"/g)].map((match) => match[1] ?? '')
  const parts = [...text.matchAll(/"GetAtt":"([^".]+)/g), ...text.matchAll(/\$\{([A-Za-z]+)[.}]/g)].map(
    (match) => match[1] ?? '',
  )
  expect([...refs, ...parts].length).toBeGreaterThan(15)
  expect([...refs, ...parts].filter((name) => !names.has(name) && !name.startsWith('AWS::'))).toEqual([])
  expect(Object.keys(Parameters).filter((name) => !refs.includes(name))).toEqual([])
})

test('the reports are nobody else’s, and go after a while', () => {
  const { Properties } = Resources.ReportBucket
  expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true])
  expect(Properties.LifecycleConfiguration.Rules[0]).toMatchObject({
    Status: 'Enabled',
    ExpirationInDays: { Ref: 'ReportDays' },
  })
})

type Role = { Properties: { Policies: { PolicyDocument: { Statement: unknown[] } }[] } }
const statementsOf = (role: Role): unknown[] =>
  role.Properties.Policies.flatMap((policy) => policy.PolicyDocument.Statement)

const LEASES =
  'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}-prepare/*'
const onlyIf = (condition: string, statement: object) => ({
  If: [condition, { Effect: 'Allow', ...statement }, { Ref: 'AWS::NoValue' }],
})

test('no role may do more than it must', () => {
  expect([Resources.CheckRole, Resources.StateMachineRole].flatMap(statementsOf)).toEqual([
    { Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: { Sub: '${ReportBucket.Arn}/*' } },
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { GetAtt: 'CheckLog.Arn' } },
    onlyIf('HasDatabase', { Action: 'secretsmanager:GetSecretValue', Resource: { Sub: LEASES } }),
    onlyIf('HasQueues', { Action: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'], Resource: { Ref: 'QueueArns' } }),
    onlyIf('HasBuckets', { Action: 's3:GetObject', Resource: { Ref: 'BucketObjectArns' } }),
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { GetAtt: 'CheckFunction.Arn' } },
  ])
})

test('what prepares databases reads one secret of others, and writes below its own name only', () => {
  const secrets =
    'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}-prepare/*'
  expect([Resources.PrepareRole, Resources.PrepareMachineRole].flatMap(statementsOf)).toEqual([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'DatabaseAdminSecretArn' } },
    {
      Effect: 'Allow',
      Action: ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:GetSecretValue'],
      Resource: { Sub: secrets },
    },
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { GetAtt: 'PrepareLog.Arn' } },
    {
      If: [
        'HasSeed',
        {
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: { Sub: 'arn:${AWS::Partition}:s3:::${SeedBucket}/${SeedKey}' },
        },
        { Ref: 'AWS::NoValue' },
      ],
    },
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { GetAtt: 'PrepareFunction.Arn' } },
  ])
})

test('without a database there is nothing that prepares one', () => {
  const all = Object.entries<{ Condition?: string }>({ ...Resources, ...Outputs })
  const prepare = all.filter(([name]) => name.startsWith('Prepare'))
  expect(prepare.map(([name]) => name)).toHaveLength(6)
  expect(all.filter(([, { Condition }]) => Condition === 'HasDatabase')).toEqual(prepare)
})

test('the state machines give the functions longer than the functions give themselves', () => {
  const task = JSON.parse(read('state-machine.asl.json')).States.CheckAppStatus
  expect(Resources.CheckFunction.Properties.Timeout).toBeLessThan(task.TimeoutSeconds)
  const prepare = JSON.parse(read('database/prepare-machine.asl.json')).States.PrepareDatabase
  expect(Resources.PrepareFunction.Properties.Timeout).toBeLessThan(prepare.TimeoutSeconds)
})

test('what the deployment reads is an output', () => {
  expect(Object.keys(Outputs)).toEqual(['StateMachineArn', 'ReportBucket', 'PrepareMachineArn'])
})
