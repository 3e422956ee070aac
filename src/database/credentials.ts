/** Who an environment's apps are at the database. `version` changes with the password and tells nothing of it. */
export type Credentials = { username: string; password: string; version: string }

/** Secrets Manager as we use it. */
export type SecretStore = {
  /** The newest value; `undefined` when there is no such secret, or none with a value. */
  read(name: string): Promise<{ text: string; version: string } | undefined>
}
