import { expect, test } from 'vitest'
import { LOG_GROUP_ARN, logGroupOf, logStreamsUrl } from './log-group.ts'

const arn = 'arn:aws:logs:ap-northeast-1:111122223333:log-group:/eks-preview/previews'

test.each([arn, `${arn}:*`])('%s', (text) => {
  expect(logGroupOf(text)).toEqual({ name: '/eks-preview/previews', region: 'ap-northeast-1', partition: 'aws' })
})

test.each([`${arn}:log-stream:a`, 'arn:aws:logs:ap-northeast-1:1:log-group:a', '/eks-preview/previews', `${arn} b`])(
  '%s is none',
  (text) => {
    expect(text).not.toMatch(LOG_GROUP_ARN)
  },
)

test('the link to its streams is encoded as the console does it', () => {
  expect(logStreamsUrl(logGroupOf(arn), '346e/app1/')).toBe(
    'https://ap-northeast-1.console.aws.amazon.com/cloudwatch/home?region=ap-northeast-1#logsV2:log-groups/log-group/$252Feks-preview$252Fpreviews$3FlogStreamNameFilter$3D346e$252Fapp1$252F',
  )
})
