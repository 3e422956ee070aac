import { consoleHost } from '../../checks/console.ts'

/** Where pods' logs go: a log group of CloudWatch Logs. */
export type LogGroup = { name: string; region: string; partition: string }

/** As the console shows it, which ends in `:*`, or without. */
export const LOG_GROUP_ARN = /^arn:(aws[a-z-]*):logs:([a-z0-9-]+):\d{12}:log-group:([A-Za-z0-9_/.#-]{1,512})(:\*)?$/

export const logGroupOf = (arn: string): LogGroup => {
  const [, partition = '', region = '', name = ''] = LOG_GROUP_ARN.exec(arn) ?? []
  return { name, region, partition }
}

/** The console's list of the streams whose names begin so. */
export const logStreamsUrl = ({ name, region, partition }: LogGroup, prefix: string): string => {
  const group = `https://${consoleHost(partition, region)}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${inFragment(name)}`
  return `${group}$3FlogStreamNameFilter$3D${inFragment(prefix)}`
}

/** The console's router takes texts encoded twice, with a dollar sign for the percent sign. */
const inFragment = (text: string): string => encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$')
