import { NoSuchHostedZone } from '@aws-sdk/client-route-53'
import { awsFailure } from '../aws/failure.ts'
import { PreviewError } from '../errors.ts'

/** An error of a call about one hosted zone. */
export const zoneFailure = (
  cause: unknown,
  call: string,
  { zoneId, signal }: { zoneId: string; signal: AbortSignal },
) =>
  cause instanceof NoSuchHostedZone
    ? new PreviewError('NotFound', `there is no hosted zone ${zoneId} in this account`, {
        object: zoneId,
        cause,
        hint: 'check hosted-zone-id, and that dns-role-to-assume is a role of the account the zone is in',
      })
    : awsFailure(cause, {
        action: `route53:${call}`,
        object: `arn:aws:route53:::hostedzone/${zoneId}`,
        check: 'check hosted-zone-id; if it is right',
        signal,
      })
