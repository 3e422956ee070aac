import { expect, test } from 'vitest'
import { type Changes, judge } from './testing/sample.ts'

const object = (kind: string, rest: object): Changes => ({
  more: [{ apiVersion: 'v1', kind, metadata: { name: 'x' }, ...rest }],
})

test('a token that outlives its pod is refused', () => {
  const secret = (type: string) => judge(object('Secret', { type, data: {} })).problems
  expect(secret('Opaque')).toEqual([])
  expect(secret('kubernetes.io/service-account-token')).toEqual([
    {
      message:
        "Secret/x: type is kubernetes.io/service-account-token: a token that anybody's ServiceAccount can be asked for",
      hint: 'take it out: a pod finds a token of its own ServiceAccount in its files',
      file: 'k8s/Secret.yaml',
    },
  ])
})

test('a role that trusts another name is told', () => {
  const account = object('ServiceAccount', {
    metadata: { name: 'x', annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/app' } },
  })
  expect(judge(account, { suffix: '' })).toEqual({ problems: [], warnings: [] })
  expect(judge(account)).toEqual({
    problems: [],
    warnings: [
      {
        message:
          "ServiceAccount/x: metadata.annotations: eks.amazonaws.com/role-arn: the role's trust policy names a ServiceAccount, and this one's name gets the suffix -0123456789ab",
        hint: 'if the role cannot be assumed, let the pods use a ServiceAccount of shared-objects, which keeps its name',
        file: 'k8s/ServiceAccount.yaml',
      },
    ],
  })
})
