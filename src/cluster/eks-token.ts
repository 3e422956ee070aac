import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Credentials } from '../aws/credentials.ts'
import { PreviewError } from '../errors.ts'

export type TokenFor = {
  cluster: string
  region: string
  /** Of the cluster's ARN: the verifier knows only the STS of its own partition. */
  partition: string
  credentials: Credentials
  /** Now, as AWS sees it. */
  date: Date
}

/** What the verifier in EKS' control plane refuses to read on. */
const LONGEST = 4096

const DNS_SUFFIX: Record<string, string> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
}

/**
 * The bearer token of EKS: a presigned `GetCallerIdentity` that the control plane sends to the real STS to learn who
 * signed it. So it always names the real regional host, whatever endpoint the SDK is pointed at. It lives 15 minutes.
 */
export const eksToken = async ({ cluster, region, partition, credentials, date }: TokenFor): Promise<string> => {
  const hostname = `sts.${region}.${DNS_SUFFIX[partition] ?? 'amazonaws.com'}`
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 })
  const { query } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      headers: { host: hostname, 'x-k8s-aws-id': cluster },
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    },
    // STS ignores the 60; older verifiers ask for a number. Hoisted, the cluster's name would no longer be a signed header.
    { expiresIn: 60, signingDate: date, unhoistableHeaders: new Set(['x-k8s-aws-id']) },
  )
  const url = `https://${hostname}/?${new URLSearchParams(query as Record<string, string>)}`
  const token = `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`
  if (token.length > LONGEST)
    throw new PreviewError('AccessDenied', `the token for EKS would have ${token.length} of ${LONGEST} bytes`, {
      object: cluster,
      hint: 'the AWS session token is too long: give the session fewer tags or a shorter session policy',
    })
  return token
}
