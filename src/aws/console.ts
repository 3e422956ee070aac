const DOMAINS: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
}

/** The host of the AWS console that shows a region's resources. */
export const consoleHost = (partition: string, region: string): string =>
  `${region}.${DOMAINS[partition] ?? 'console.aws.amazon.com'}`
