import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { PrepareResult } from './contract.ts'
import { answerTo } from './request.ts'
import { secretsManager } from './secret-store.ts'
import { readSeed } from './seed-store.ts'

/** What is left of the function's time when everything is ended, for the answer. */
const RESERVE_MS = 20_000
const WITHOUT_CONTEXT_MS = 240_000

const secrets = secretsManager(new SecretsManagerClient({}))
const s3 = new S3Client({})

/** One request of the state machine; what goes wrong is in the answer. */
export const handler = (
  event: unknown,
  context?: { getRemainingTimeInMillis?: () => number },
): Promise<PrepareResult> => {
  const end = Date.now() + (context?.getRemainingTimeInMillis?.() ?? WITHOUT_CONTEXT_MS) - RESERVE_MS
  return answerTo(event, {
    env: process.env,
    secrets,
    readSeed: (seed) => readSeed(s3, seed),
    timeLeft: () => end - Date.now(),
    log: console.log,
  })
}
