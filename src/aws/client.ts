/**
 * What every AWS client is built with. The SDK's three attempts are too few when fifty runners start together, and Route 53
 * takes one change of a zone at a time: twelve attempts with its own full jitter, at most 20 s a step, wait about a
 * minute in all. Without `throwOnRequestTimeout` the SDK only warns and waits on.
 */
export const awsDefaults = {
  maxAttempts: 12,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
}
