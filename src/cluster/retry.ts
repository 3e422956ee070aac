/** Why an attempt has to be judged: an answer that is no success, or no (whole) answer. */
export type Failure =
  | { status: number; message: string; retryAfter?: string | undefined }
  | { code: string | undefined }

type Attempts = { tries: number; elapsed: number; random: number; now: number }

const TRIES = 6
const CONNECT_TRIES = 3
const WEBHOOK_PATIENCE = 60_000
const LONGEST_RETRY_AFTER = 30_000

/** No connection, so nothing was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])
/** Node's codes for a certificate that does not verify, and for a peer that does not speak TLS. */
const TLS = /CERT|ISSUER|SELF_SIGNED|LEAF_SIGNATURE|CRL|^ERR_TLS|^ERR_SSL|^EPROTO$/
/** System errors, undici's, llhttp's for what is not HTTP, zlib's for half a body. */
const BROKEN = /^(E[A-Z_]+|UND_ERR_(SOCKET|HEADERS_TIMEOUT|BODY_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH)|HPE_.+|Z_.+)$/
const ETCD = /etcdserver: .*(leader changed|timed out|no leader)/
const WEBHOOK = /failed calling webhook|conversion webhook/

export const isTls = (code: string | undefined): boolean => code !== undefined && TLS.test(code)
export const isUnconnected = (code: string | undefined): boolean => code !== undefined && NOT_CONNECTED.has(code)

/** Whether the server may have done what was asked although it did not say so. */
export const mayHaveLanded = (failure: Failure): boolean =>
  'code' in failure ? !isUnconnected(failure.code) && !isTls(failure.code) : failure.status >= 500

/** Milliseconds until the next try, or `undefined` when there shall be none. `tries` were made in `elapsed` ms. */
export const retryDelay = (failure: Failure, { tries, elapsed, random, now }: Attempts): number | undefined => {
  const backoff = random * Math.min(5_000, 200 * 2 ** (tries - 1))
  if ('status' in failure && failure.status === 500 && WEBHOOK.test(failure.message))
    return elapsed + backoff < WEBHOOK_PATIENCE ? backoff : undefined
  if (tries >= triesFor(failure)) return undefined
  // Whoever is told the same second comes back at the same second: the backoff spreads them.
  return ('status' in failure ? retryAfter(failure.retryAfter, now) : 0) + backoff
}

const triesFor = (failure: Failure): number => {
  if ('status' in failure) {
    const again =
      [429, 502, 503, 504].includes(failure.status) || (failure.status === 500 && ETCD.test(failure.message))
    return again ? TRIES : 1
  }
  const { code } = failure
  if (code === undefined || isTls(code)) return 1
  if (isUnconnected(code) && code !== 'ECONNREFUSED') return CONNECT_TRIES
  return isUnconnected(code) || BROKEN.test(code) ? TRIES : 1
}

/** Seconds or an HTTP date. */
const retryAfter = (header: string | undefined, now: number): number => {
  if (header === undefined) return 0
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER) : 0
}
