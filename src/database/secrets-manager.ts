import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { awsFailure } from '../aws/failure.ts'
import type { SecretStore } from './credentials.ts'

/** ADAPTER. */
export const secretsManager = (client: SecretsManagerClient, signal: AbortSignal): SecretStore => ({
  read: async (name) => {
    try {
      const found = await client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal: signal })
      return found.SecretString === undefined ? undefined : { text: found.SecretString, version: found.VersionId ?? '' }
    } catch (cause) {
      if (cause instanceof ResourceNotFoundException) return undefined
      throw awsFailure(cause, { action: 'secretsmanager:GetSecretValue', object: name, signal })
    }
  },
})
