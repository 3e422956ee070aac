import { DescribeClusterCommand, type Cluster as Described, type EKSClient } from '@aws-sdk/client-eks'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { awsDefaults } from '../aws/client.ts'
import type { CredentialsProvider } from '../aws/credentials.ts'
import { awsFailure } from '../aws/failure.ts'
import { PreviewError } from '../errors.ts'
import { bearerFrom } from './bearer.ts'
import type { Connection } from './connection.ts'
import { eksToken } from './eks-token.ts'

type Eks = {
  client: EKSClient
  cluster: string
  region: string
  credentials: CredentialsProvider
  mask: (secret: string) => void
  signal: AbortSignal
}

/** A token lives 15 minutes; one made now must not run out on the way. */
const TOKEN_AGE = 10 * 60_000

/** Where the cluster answers and how to prove who we are, with `eks:DescribeCluster` alone. */
export const connectionToEks = async (eks: Eks): Promise<Connection> => {
  const described = await describe(eks)
  const { endpoint, ca } = reachable(eks, described)
  const partition = described.arn?.split(':')[1] ?? 'aws'
  const bearer = bearerFrom(async () => {
    // The SDK learns from AWS' answers how far this machine's clock is off.
    const date = new Date(Date.now() + eks.client.config.systemClockOffset)
    const { cluster, region } = eks
    const token = await eksToken({ cluster, region, partition, credentials: await eks.credentials(), date })
    eks.mask(token)
    return token
  }, TOKEN_AGE)
  const unreachableHint = hintFor(described)
  return {
    server: endpoint,
    ca,
    bearer,
    unauthorizedHint: async () => {
      const { arn } = await caller(eks)
      const principal = arn === undefined ? '<ARN of the role>' : roleOf(arn)
      return `give the role access: aws eks create-access-entry --region ${eks.region} --cluster-name ${eks.cluster} --principal-arn ${principal} --kubernetes-groups eks-preview`
    },
    ...(unreachableHint === undefined ? {} : { unreachableHint }),
  }
}

const describe = async (eks: Eks): Promise<Described> => {
  const { client, cluster, region, signal } = eks
  try {
    const answer = await client.send(new DescribeClusterCommand({ name: cluster }), { abortSignal: signal })
    return answer.cluster ?? {}
  } catch (cause) {
    if (cause instanceof PreviewError) throw cause // from the credentials
    if ((cause as Error).name === 'ResourceNotFoundException') throw await notFound(eks, cause)
    if ((cause as NodeJS.ErrnoException).code === 'ENOTFOUND')
      throw new PreviewError('BadInput', `there is no EKS in region ${region}`, {
        object: region,
        hint: 'check the input region',
        cause,
      })
    throw awsFailure(cause, {
      action: 'eks:DescribeCluster',
      object: `${cluster} in ${region}`,
      check: 'check the inputs cluster and region; if they are right',
      signal,
    })
  }
}

const notFound = async (eks: Eks, cause: unknown): Promise<PreviewError> => {
  const { account = 'of the credentials' } = await caller(eks)
  return new PreviewError(
    'NotFound',
    `there is no EKS cluster ${eks.cluster} in account ${account}, region ${eks.region}`,
    {
      object: eks.cluster,
      hint: 'check the inputs cluster and region, and that role-to-assume belongs to the account of the cluster',
      cause,
    },
  )
}

const reachable = (
  eks: Eks,
  { status, endpoint, certificateAuthority }: Described,
): { endpoint: string; ca: string } => {
  const usable = status === 'ACTIVE' || status === 'UPDATING'
  if (!usable || !endpoint || !certificateAuthority?.data)
    throw new PreviewError(
      'Unavailable',
      `the EKS cluster ${eks.cluster} in ${eks.region} is ${status} and cannot be used`,
      {
        object: eks.cluster,
        hint:
          status === 'CREATING' || status === 'PENDING'
            ? 'run the job again once it is ACTIVE'
            : 'look at it in the EKS console',
      },
    )
  return { endpoint, ca: Buffer.from(certificateAuthority.data, 'base64').toString() }
}

const hintFor = ({ resourcesVpcConfig }: Described): string | undefined => {
  const { endpointPublicAccess, publicAccessCidrs = [] } = resourcesVpcConfig ?? {}
  if (endpointPublicAccess === false)
    return 'the cluster has endpointPublicAccess=false: use a runner inside its VPC, or one connected to it'
  if (publicAccessCidrs.length > 0 && !publicAccessCidrs.includes('0.0.0.0/0'))
    return `the cluster lets in only ${publicAccessCidrs.join(', ')} (publicAccessCidrs): use a runner with such an address`
  return undefined
}

/** Only for messages: nothing that goes wrong here may hide the error that is being told. */
const caller = async ({ region, credentials }: Eks): Promise<{ account?: string; arn?: string }> => {
  const sts = new STSClient({ ...awsDefaults, region, credentials, maxAttempts: 2 })
  try {
    const { Account: account, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}))
    return { ...(account && { account }), ...(arn && { arn }) }
  } catch {
    return {}
  }
}

/** Access entries name the role, not its session. A role's path is not part of the session's ARN. */
const roleOf = (arn: string): string => arn.replace(/:sts:(.*):assumed-role\/([^/]+)\/.*$/, ':iam:$1:role/$2')
