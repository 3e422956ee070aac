/**
 * For roles that may not describe load balancers. From the table of Elastic Load Balancing endpoints in the AWS General
 * Reference: the commercial regions that are on by default. Other regions, and whatever is newer, need the call.
 */
const ZONE_IDS: Record<string, string> = {
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-northeast-2': 'ZWKZPGTI48KDX',
  'ap-northeast-3': 'Z5LXEXXYW11ES',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'sa-east-1': 'Z2P70J7HTTTPLU',
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
}

/** Only for Application Load Balancers: `name-number.<region>.elb.amazonaws.com`. Network ones have `elb` before the region. */
export const albZoneIdOf = (hostname: string): string | undefined =>
  ZONE_IDS[/\.([a-z0-9-]+)\.elb\.amazonaws\.com$/.exec(hostname)?.[1] ?? '']
