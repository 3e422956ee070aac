import { Route53Client } from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTrialAws, TRIAL_DOMAIN, type TrialAws } from '../../local/aws/trial-aws.ts'
import { awsDefaults } from '../aws/client.ts'
import { environmentOf } from '../names.ts'
import type { Say } from '../step.ts'
import { pointDns } from './point.ts'
import { zone } from './route53.ts'

// The token bucket AWS documents for an account.
let aws: TrialAws
beforeAll(async () => {
  aws = await startTrialAws({ rate: { capacity: 50, refillPerSecond: 10 } })
})
afterAll(() => aws?.close())

test('fifty deploys that start together all get their turn', { timeout: 300_000 }, async () => {
  const signal = new AbortController().signal
  const quiet = () => {}
  const say: Say = {
    info: quiet,
    warning: quiet,
    debug: quiet,
    detail: quiet,
    unchanged: quiet,
    skipped: quiet,
    link: quiet,
  }
  const balancers = { aliasTarget: async (dnsName: string) => ({ zoneId: 'Z35SXDOTRQ7X7K', dnsName }) }
  const deploy = async (branch: string) => {
    const environment = environmentOf({ repository: 'acme/shop', repositoryId: 42, branch }, true)
    const client = new Route53Client({
      ...awsDefaults,
      endpoint: aws.endpoint,
      region: 'us-east-1',
      credentials: aws.root,
    })
    const wish = { hosts: [`${environment.id}-app1.${TRIAL_DOMAIN}`], environment, life: 'life-1' }
    const hostname = 'k8s-preview-1.us-east-1.elb.amazonaws.com'
    return pointDns(
      zone(client, aws.account.zoneId, signal),
      balancers,
      { ...wish, hostname },
      { timeout: 120_000, signal, say },
    )
  }
  const ends = await Promise.all(Array.from({ length: 50 }, (_, i) => deploy(`feature/${i}`)))
  expect(ends).toEqual(Array(50).fill({ written: 3, warnings: [] }))
})
