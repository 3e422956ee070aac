import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { PreviewError } from '../errors.ts'
import { awsDefaults } from './client.ts'
import { assumeFailure } from './web-identity.ts'

export type CredentialsProvider = ReturnType<typeof fromNodeProviderChain>
export type Credentials = Awaited<ReturnType<CredentialsProvider>>

type Options = {
  region: string
  /** ARN of the role; without it the SDK's default chain decides. */
  roleToAssume?: string | undefined
  /** GitHub's OIDC token with the audience `sts.amazonaws.com`. */
  idToken: () => Promise<string>
  sessionName?: string
  mask: (secret: string) => void
}

/** A call made just before the end must not outlive its credentials. */
const CUSHION = 5 * 60_000
/** How long a session is asked for; the most that every role allows. */
const SESSION = 60 * 60_000

/** One provider for all clients: each would otherwise assume the role on its own. */
export const awsCredentials = (options: Options): CredentialsProvider => {
  const make =
    options.roleToAssume === undefined ? defaultChain(options.region) : webIdentity(options, options.roleToAssume)
  let current: Promise<Credentials> | undefined
  const renew = async (): Promise<Credentials> => {
    const credentials = await make()
    options.mask(credentials.secretAccessKey)
    if (credentials.sessionToken) options.mask(credentials.sessionToken)
    return credentials
  }
  return async () => {
    const asked = current
    const credentials = await asked?.catch(() => undefined)
    // Who finds them old first renews them for everybody who waits.
    if ((credentials === undefined || isOld(credentials)) && asked === current) current = renew()
    return current as Promise<Credentials>
  }
}

const isOld = ({ expiration }: Credentials): boolean =>
  expiration !== undefined && expiration.getTime() - Date.now() < CUSHION

const defaultChain = (region: string): CredentialsProvider => {
  const chain = fromNodeProviderChain({ clientConfig: { region } })
  return async () => {
    try {
      return await chain()
    } catch (cause) {
      throw new PreviewError('AccessDenied', 'found no AWS credentials', {
        hint: 'set the input role-to-assume and give the job `permissions: id-token: write`, or run aws-actions/configure-aws-credentials before this step',
        cause,
      })
    }
  }
}

const webIdentity = (
  { region, idToken, sessionName = 'eks-preview', mask }: Options,
  role: string,
): CredentialsProvider => {
  const sts = new STSClient({ ...awsDefaults, region })
  return async () => {
    const token = await idToken().catch((cause: unknown) => {
      throw new PreviewError('AccessDenied', `GitHub gives this job no OIDC token to assume ${role} with`, {
        object: role,
        hint: 'give the job `permissions: id-token: write`; a pull request from a fork never gets one',
        cause,
      })
    })
    mask(token)
    const request = {
      RoleArn: role,
      RoleSessionName: sessionName,
      WebIdentityToken: token,
      DurationSeconds: SESSION / 1000,
    }
    const { Credentials: given } = await sts
      .send(new AssumeRoleWithWebIdentityCommand(request))
      .catch((cause: unknown) => {
        throw assumeFailure(cause, role, token)
      })
    if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration)
      throw new PreviewError('Unavailable', `STS assumed ${role} but gave no credentials`, { object: role })
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      // By this machine's clock, which may be slow: what AWS says is by its own.
      expiration: new Date(Math.min(given.Expiration.getTime(), Date.now() + SESSION)),
    }
  }
}
