import type { AwsWitness, Route } from './aws-witness.ts'
import { objectsMentioning } from './cluster-witness.ts'

/** What a preview has while it lives, by which it is looked for afterwards. */
export type Preview = {
  namespace: string
  id: string
  short: string
  hosts: readonly string[]
  routes: readonly Route[]
}

/** Everything of a preview that is still there, wherever it was. */
export const leftOf = async (preview: Preview, aws: AwsWitness): Promise<string[]> => {
  const { namespace, id, short } = preview
  const objects = await objectsMentioning(namespace, short)
  const records = await aws.records(id)
  const [routes, targetGroups] = [await aws.routes(), await aws.targetGroups()]
  const hadGroups = new Set(preview.routes.flatMap((route) => route.targetGroups))
  const hadBalancers = new Set(preview.routes.map(({ loadBalancer }) => loadBalancer))
  return [
    ...objects.map(({ subject }) => subject),
    ...records.map((record) => `record ${record}`),
    ...[...routes.values()]
      .flat()
      .filter(leadsTo(preview.hosts))
      .map(({ loadBalancer, hosts }) => `rule for ${hosts} of load balancer ${loadBalancer}`),
    ...targetGroups.filter((arn) => hadGroups.has(arn)).map((arn) => `target group ${arn}`),
    // The load balancer is shared: with another preview behind it, it has to stay.
    ...[...routes]
      .filter(([name, serving]) => hadBalancers.has(name) && serving.length === 0)
      .map(([name]) => `load balancer ${name}, which serves nobody`),
  ]
}

export const leadsTo =
  (hosts: readonly string[]) =>
  (route: Route): boolean =>
    route.hosts.some((host) => hosts.includes(host))
