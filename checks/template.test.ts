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

test('no role may do more than it must', () => {
  const statements = [Resources.CheckRole, Resources.StateMachineRole].flatMap((role) =>
    role.Properties.Policies.flatMap(
      (policy: { PolicyDocument: { Statement: unknown[] } }) => policy.PolicyDocument.Statement,
    ),
  )
  expect(statements).toEqual([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is CloudFormation's
    { Effect: 'Allow', Action: 's3:PutObject', Resource: { Sub: '${ReportBucket.Arn}/*' } },
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { GetAtt: 'CheckLog.Arn' } },
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { GetAtt: 'CheckFunction.Arn' } },
  ])
})

test('the state machine gives the function longer than the function gives itself', () => {
  const task = JSON.parse(read('state-machine.asl.json')).States.CheckAppStatus
  expect(Resources.CheckFunction.Properties.Timeout).toBeLessThan(task.TimeoutSeconds)
})

test('what the deployment reads is an output', () => {
  expect(Object.keys(Outputs)).toEqual(['StateMachineArn', 'ReportBucket'])
})
