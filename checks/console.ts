const DOMAINS: Record<string, string> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
}

/** The host of the AWS console that shows a region's resources. */
export const consoleHost = (partition: string, region: string): string =>
  `${region}.${DOMAINS[partition] ?? 'console.aws.amazon.com'}`

/** Where the console shows an execution of Step Functions, by its ARN. */
export const executionUrl = (executionArn: string): string => {
  const [, partition = '', , region = ''] = executionArn.split(':')
  const at = `https://${consoleHost(partition, region)}/states/home?region=${region}`
  return `${at}#/v2/executions/details/${encodeURIComponent(executionArn)}`
}

/** The name it was started under, at the end of its ARN. */
export const executionNameOf = (executionArn: string): string => executionArn.split(':').at(-1) ?? ''
