import type { Cause } from './causes.ts'

/** Why an image is not pulled, as the words of kubelet, containerd and registries tell it. Pure. */

type Pull = { cause: Cause; patience: number }

/** A registry may lag a push by seconds. */
const REGISTRY_LAG = 20_000
/** A registry that is down, throttles, or cannot be reached may be back soon. */
const REGISTRY_TROUBLE = 240_000

const IMPOSSIBLE = new Map<string, Cause>([
  ['InvalidImageName', 'ImageNameInvalid'],
  ['ErrImageNeverPull', 'ImageNotFound'],
])
const PULLING = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable'])

// What is throttled may be answered with a 403; of what does not exist Docker Hub says "denied" too.
const TRANSIENT =
  /\b429\b|too ?many ?requests|rate limit|timeout|timed out|deadline exceeded|connection (?:refused|reset)|no route|no such host|server misbehaving|\bEOF\b|\btls\b|x509|\b50[0234]\b/i
const NO_SUCH = /not found|manifest unknown|name unknown|does not exist(?! or may require)|code = NotFound/i
const DENIED =
  /denied|unauthorized|forbidden|no basic auth|authorization failed|authentication required|status(?: code)?:? 40[13]/i

export const isPulling = (reason: string): boolean => PULLING.has(reason)

/** `undefined` when the reason of the waiting container is another. */
export const pullFault = (reason: string, message: string): Pull | undefined => {
  const impossible = IMPOSSIBLE.get(reason)
  if (impossible !== undefined) return { cause: impossible, patience: 0 }
  if (!PULLING.has(reason)) return undefined
  const said = withoutNames(message)
  if (NO_SUCH.test(said) && !/no such host/i.test(said)) return { cause: 'ImageNotFound', patience: REGISTRY_LAG }
  if (TRANSIENT.test(said)) return { cause: 'RegistryUnavailable', patience: REGISTRY_TROUBLE }
  if (DENIED.test(said)) return { cause: 'ImageDenied', patience: REGISTRY_LAG }
  return { cause: 'RegistryUnavailable', patience: REGISTRY_TROUBLE }
}

/** An image may be called `access-denied`, a commit may begin with 403. */
const withoutNames = (message: string): string => message.replace(/"[^"]*"/g, '').replace(/\S+\/\S+/g, '')

const WRAPPING =
  /^(?:Back-off pulling image "[^"]*"(?:: |$)|Failed to pull image "[^"]*": |(?:ErrImagePull|ImagePullBackOff): |rpc error: code = \w+ desc = |failed to (?:pull and unpack image|resolve reference) "[^"]*": |failed to do request: )+/

/** What the registry said, without the names of the image and of the steps that each program puts in front of it. */
export const pullWords = (message: string): string => message.replace(WRAPPING, '') || message
