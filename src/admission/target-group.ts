type Value = { is(text: string): boolean; want: string }

const between = (least: number, most: number): Value => ({
  is: (text: string) => /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most,
  want: `a number from ${least} to ${most}`,
})
const matching = (pattern: RegExp, want: string): Value => ({ is: (text: string) => pattern.test(text), want })

/** HTTP's from 200 to 499, or all of them gRPC's from 0 to 99. */
const areCodes = (text: string): boolean => {
  if (!/^\d{1,3}(-\d{1,3})?(,\d{1,3}(-\d{1,3})?)*$/.test(text)) return false
  const ranges = text.split(',').map((range) => range.split('-').map(Number))
  const codes = ranges.flat()
  const isAll = (least: number, most: number) => codes.every((code) => code >= least && code <= most)
  return (isAll(200, 499) || isAll(0, 99)) && ranges.every(([from = 0, to = from]) => from <= to)
}

const ATTRIBUTES: Record<string, Value> = {
  'stickiness.enabled': matching(/^(true|false)$/, 'true or false'),
  'stickiness.type': matching(/^(lb_cookie|app_cookie)$/, 'lb_cookie or app_cookie'),
  'stickiness.lb_cookie.duration_seconds': between(1, 604_800),
  'stickiness.app_cookie.duration_seconds': between(1, 604_800),
  'stickiness.app_cookie.cookie_name': matching(/^(?!AWSALB)[\w-]{1,256}$/, 'the name of a cookie'),
  'deregistration_delay.timeout_seconds': between(0, 3_600),
  'slow_start.duration_seconds': matching(/^(0|[3-9]\d|[1-8]\d\d|900)$/, '0, or a number from 30 to 900'),
  'load_balancing.algorithm.type': matching(
    /^(round_robin|least_outstanding_requests|weighted_random)$/,
    'round_robin, least_outstanding_requests or weighted_random',
  ),
}

const isAttribute = (text: string): boolean => {
  const [name = '', value = ''] = text.split('=')
  return Object.hasOwn(ATTRIBUTES, name) && ATTRIBUTES[name]?.is(value) === true
}

/**
 * What concerns only the target groups of one Ingress, with the values that AWS takes: one that it refuses stops the changes of
 * all previews. Everything else is one decision for the load balancer that they share.
 */
export const TARGET_GROUP: Record<string, Value> = {
  'backend-protocol': matching(/^HTTPS?$/, 'HTTP or HTTPS'),
  'backend-protocol-version': matching(/^(HTTP1|HTTP2|GRPC)$/, 'HTTP1, HTTP2 or GRPC'),
  'healthcheck-path': matching(/^\/[\x21-\x7e]{0,1023}$/, 'a path'),
  'healthcheck-port': {
    is: (text) => text === 'traffic-port' || between(1, 65_535).is(text),
    want: 'traffic-port or a port number',
  },
  'healthcheck-protocol': matching(/^HTTPS?$/, 'HTTP or HTTPS'),
  'healthcheck-interval-seconds': between(5, 300),
  'healthcheck-timeout-seconds': between(2, 120),
  'healthy-threshold-count': between(2, 10),
  'unhealthy-threshold-count': between(2, 10),
  'success-codes': {
    is: areCodes,
    want: 'codes such as 200,204 or 200-299, from 200 to 499 (gRPC: from 0 to 99)',
  },
  'target-group-attributes': {
    is: (text) => text.split(',').every(isAttribute),
    want: `attributes such as stickiness.enabled=true, with values that AWS takes; known are ${Object.keys(ATTRIBUTES).join(', ')}`,
  },
}
