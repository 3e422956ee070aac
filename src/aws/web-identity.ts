import { PreviewError } from '../errors.ts'
import { awsFailure } from './failure.ts'

/** Why STS did not let us be the role, in words of its trust policy. Names the token's subject, never the token. */
export const assumeFailure = (cause: unknown, role: string, token: string): PreviewError => {
  const { name } = cause as Error
  const { sub = 'unknown', iss = 'https://token.actions.githubusercontent.com' } = claimsOf(token)
  const provider = iss.replace(/^https:\/\//, '')
  if (name === 'AccessDenied')
    return new PreviewError('AccessDenied', `AWS does not let this job assume ${role}; its OIDC subject is ${sub}`, {
      object: role,
      cause,
      hint:
        `let the role's trust policy allow sts:AssumeRoleWithWebIdentity for ${provider} with aud sts.amazonaws.com and sub ${sub} ` +
        '(new and renamed repositories have the form repo:OWNER@ID/NAME@ID:…)',
    })
  if (name === 'InvalidIdentityToken' || name === 'InvalidIdentityTokenException')
    return new PreviewError('AccessDenied', `AWS does not accept GitHub's OIDC token for ${role}`, {
      object: role,
      cause,
      hint: `create the IAM OIDC provider ${provider} with the audience sts.amazonaws.com in the role's account`,
    })
  if (name === 'ValidationError')
    return new PreviewError('BadInput', `role-to-assume is no role: ${role}`, {
      object: role,
      cause,
      hint: 'it is an ARN: arn:aws:iam::<account>:role/<name>',
    })
  return awsFailure(cause, { action: 'sts:AssumeRoleWithWebIdentity', object: role })
}

const claimsOf = (token: string): { sub?: string; iss?: string } => {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  } catch {
    return {}
  }
}
