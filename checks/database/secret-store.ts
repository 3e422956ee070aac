import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'

export type SecretStore = {
  /** undefined when there is none. */
  read(name: string): Promise<string | undefined>
  /** Makes it when there is none. */
  write(name: string, text: string): Promise<void>
}

export const secretsManager = (client: SecretsManagerClient): SecretStore => {
  const put = (name: string, text: string) =>
    client.send(new PutSecretValueCommand({ SecretId: name, SecretString: text }))
  const create = async (name: string, text: string): Promise<void> => {
    const Description = 'Credentials of a preview environment, as long as it leases this database (eks-preview)'
    try {
      await client.send(new CreateSecretCommand({ Name: name, Description, SecretString: text }))
    } catch (error) {
      // An answer that was lost and asked for again.
      if (!(error instanceof ResourceExistsException)) throw error
      await put(name, text)
    }
  }
  return {
    read: async (name) => {
      try {
        return (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined
        throw error
      }
    },
    write: async (name, text) => {
      try {
        await put(name, text)
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error
        await create(name, text)
      }
    },
  }
}
