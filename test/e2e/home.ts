import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { openScene, type Scene, stackFacts } from '../../local/scene.ts'
import { type Environment, environmentOf } from '../../src/names.ts'
import { awsDump, namespaceDump } from './dump.ts'

export const CONFIG = '.github/preview.yaml'
export const files = { [CONFIG]: readFileSync(`test/fixtures/one-app/${CONFIG}`, 'utf8') }

/** Of the repository that every home has. */
export const REPOSITORY = { repository: 'acme/shop', repositoryId: 900000001 }
export const environmentAt = (branch: string): Environment => environmentOf({ ...REPOSITORY, branch }, true)

type RecordSet = NonNullable<Change['ResourceRecordSet']>

/** A repository whose previews have a namespace and a domain of their own, with the rights that install/ gives. */
export type Home = Scene & {
  namespace: string
  domain: string
  /** Lines that stay equal while nothing is written: everything in the namespace, and what AWS has of it. */
  dump(): Promise<string[]>
  /** Puts records there by hand. */
  addRecords(...sets: RecordSet[]): Promise<void>
  /** The records below the domain, as Route 53 has them. */
  records(): Promise<RecordSet[]>
}

/** `settings` are the install ConfigMap's. */
export const openHome = async (settings?: Record<string, string>): Promise<Home> => {
  const { aws } = await stackFacts()
  const namespace = `refuse-${randomUUID().slice(0, 8)}`
  const domain = `${namespace}.preview.localhost`
  await kubectl(['create', 'namespace', namespace])
  const role = readFileSync('install/role.yaml', 'utf8').replaceAll('namespace: previews', `namespace: ${namespace}`)
  await kubectl(['apply', '-f', '-'], role)
  if (settings !== undefined) {
    const data = Object.entries(settings).map(([name, value]) => `--from-literal=${name}=${value}`)
    await kubectl(['create', 'configmap', 'eks-preview.install', '-n', namespace, ...data])
  }
  // They come a moment after the namespace, and a dump must not see that.
  for (const given of ['configmap/kube-root-ca.crt', 'serviceaccount/default'])
    await kubectl(['wait', '--for=create', given, '-n', namespace, '--timeout=30s'])

  const route53 = new Route53Client({ endpoint: aws.endpoint, region: aws.region, credentials: aws.root })
  const change = async (Action: 'CREATE' | 'DELETE', sets: RecordSet[]): Promise<void> => {
    const ChangeBatch = { Changes: sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet })) }
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: aws.zoneId, ChangeBatch }))
  }
  const records = async (): Promise<RecordSet[]> => {
    const { ResourceRecordSets = [] } = await route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: aws.zoneId }),
    )
    return ResourceRecordSets.filter(({ Name }) => Name?.endsWith(`.${domain}.`))
  }
  const scene = await openScene({ files, inputs: { namespace, domain } })
  return {
    ...scene,
    namespace,
    domain,
    dump: async () => [
      ...(await namespaceDump(namespace)),
      // Target groups are named after the first eight characters.
      ...(await awsDump(aws)).filter((line) => line.includes(namespace)),
    ],
    addRecords: (...sets) => change('CREATE', sets),
    records,
    end: async () => {
      const left = await records()
      if (left.length > 0) await change('DELETE', left)
      await kubectl(['delete', 'namespace', namespace, '--wait=false'])
      await scene.end()
    },
  }
}
