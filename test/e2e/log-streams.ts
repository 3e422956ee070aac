import { CloudWatchLogsClient, DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { stackFacts } from '../../local/scene.ts'
import { until } from '../../local/stack/until.ts'

/** What is in CloudWatch Logs of an environment: lines by stream, once there are `count` streams with some. */
export const logStreams = async (environmentId: string, count: number): Promise<Record<string, string[]>> => {
  const { endpoint, pods, region, root } = (await stackFacts()).aws
  const client = new CloudWatchLogsClient({ endpoint, region, credentials: root })
  const logGroupName = pods.logGroup
  return until(`${count} log streams of ${environmentId}`, 30, async () => {
    const asked = new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: `${environmentId}/` })
    const { logStreams = [] } = await client.send(asked)
    const streams = await Promise.all(
      logStreams.map(async ({ logStreamName = '' }) => {
        const { events = [] } = await client.send(new GetLogEventsCommand({ logGroupName, logStreamName }))
        return [logStreamName, events.map(({ message = '' }) => message)] as const
      }),
    )
    return streams.filter(([, lines]) => lines.length > 0).length === count ? Object.fromEntries(streams) : undefined
  })
}
