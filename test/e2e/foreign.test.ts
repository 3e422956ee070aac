import { expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import type { KubeObject } from '../../src/cluster/cluster.ts'
import { LABEL, labelsOf, recordName } from '../../src/names.ts'
import { environmentAt, files, type Home, openHome, REPOSITORY } from './home.ts'

type In = Pick<Home, 'namespace' | 'domain'>
const object = (
  { namespace }: In,
  apiVersion: string,
  kind: string,
  name: string,
  rest: object = {},
  metadata: object = {},
) => ({ apiVersion, kind, metadata: { name, namespace, ...metadata }, ...rest })
const apply = async (...items: object[]): Promise<void> => {
  await kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
}
/** As the API server has them, `resourceVersion` and all. */
const live = async ({ namespace }: In, objects: readonly KubeObject[]): Promise<unknown[]> => {
  const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
  const answer = JSON.parse(await kubectl(['get', ...names, '-n', namespace, '-o', 'json']))
  // Of one name kubectl shows the object, of several a list.
  return answer.items ?? [answer]
}

const environment = environmentAt('foreign/neighbours')
const { id, short } = environment
const labels = labelsOf(environment)
const elsewhere = { ...environment, owner: { ...environment.owner, repositoryId: 7 } }

const theirs = (home: In, owner: object) => {
  const settings = (name: string, metadata: object = {}) =>
    object(home, 'v1', 'ConfigMap', name, { data: { a: '1' } }, metadata)
  const backend = { service: { name: 'theirs', port: { number: 80 } } }
  const rules = [{ host: `theirs.${home.domain}`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }]
  const ports = [{ port: 80 }]
  return [
    settings('unlabelled'),
    settings('labelled', { labels }),
    settings('controlled', { labels, ownerReferences: [{ ...owner, controller: true }] }),
    settings('part-of-another', { labels: labelsOf(elsewhere) }),
    settings(`app1-${short}-more`),
    settings(recordName(elsewhere), { labels: { [LABEL.record]: id } }),
    object(home, 'v1', 'Secret', 'labelled', { stringData: { a: '1' } }, { labels }),
    object(home, 'v1', 'Service', 'theirs', { spec: { selector: { app: 'theirs' }, ports } }),
    object(
      home,
      'networking.k8s.io/v1',
      'Ingress',
      'theirs',
      { spec: { ingressClassName: 'alb', rules } },
      {
        annotations: {
          'alb.ingress.kubernetes.io/group.name': 'preview',
          'alb.ingress.kubernetes.io/scheme': 'internet-facing',
          'alb.ingress.kubernetes.io/target-type': 'ip',
        },
      },
    ),
  ]
}

const txt = (Name: string, Value: string) => ({ Name, Type: 'TXT' as const, TTL: 60, ResourceRecords: [{ Value }] })
const records = ({ domain }: In) => [
  { Name: `theirs.${domain}`, Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] },
  txt(`_eks-preview.theirs.${domain}`, `"heritage=eks-preview,env=${id},part=900000001,life=0"`),
  txt(`_eks-preview.${id}-app2.${domain}`, `"heritage=eks-preview,env=${id},part=7,life=0"`),
  { ...txt(`a-${id}-app3.${domain}`, '"heritage=external-dns,external-dns/owner=shop"') },
]

test.concurrent('next to what belongs to others, deploy, update and teardown leave all of it as it is', async ({
  onTestFinished,
}) => {
  const home = await openHome()
  onTestFinished(() => home.end())
  await apply(object(home, 'v1', 'ConfigMap', 'root', { data: { a: '1' } }))
  const uid = await kubectl(['get', 'configmap', 'root', '-n', home.namespace, '-o', 'jsonpath={.metadata.uid}'])
  const objects = theirs(home, { apiVersion: 'v1', kind: 'ConfigMap', name: 'root', uid }) as KubeObject[]
  await apply(...objects)
  await home.addRecords(...records(home))
  const hostname = '{.status.loadBalancer.ingress[0].hostname}'
  await kubectl(['wait', 'ingress/theirs', '-n', home.namespace, `--for=jsonpath=${hostname}`, '--timeout=60s'])
  const before = [await live(home, objects), await home.records()]
  const unchanged = async () => {
    const ours = ({ Name = '' }) => Name.includes(`${id}-app1.`)
    expect([await live(home, objects), (await home.records()).filter((set) => !ours(set))]).toEqual(before)
  }

  const { number, sha } = home.open('foreign/neighbours', files)
  await home.build('app1', sha)
  expect(await home.on('opened', number)).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  await unchanged()
  const next = home.push(number, { ...files, 'README.md': 'x' })
  await home.build('app1', next)
  expect(await home.on('synchronize', number)).toMatchObject({ exit: 0, outputs: { status: 'live' } })
  await unchanged()
  home.close(number)
  expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
  await unchanged()
  expect(await home.records()).toEqual(before[1])
})

test.concurrent.for([
  ['a stranger', {}, 'nobody we know: it has no label of a preview'],
  ['Helm', { 'app.kubernetes.io/managed-by': 'Helm' }, 'Helm: it has no label of a preview'],
  ['another preview', { [LABEL.environment]: 'f'.repeat(32), [LABEL.part]: '7' }, `preview ${'f'.repeat(32)}, part 7`],
] as const)(
  'a name that is taken by %s is told with its owner, and nothing is applied',
  async ([who, labels, owner], { onTestFinished }) => {
    const home = await openHome()
    onTestFinished(() => home.end())
    const branch = `foreign/${who}`
    const { short } = environmentAt(branch)
    const name = `app1-${short}`
    const ports = [{ port: 80 }]
    const taken = object(home, 'v1', 'Service', name, { spec: { selector: { app: 'x' }, ports } }, { labels })
    await apply(taken)
    const before = [await live(home, [taken]), await home.records()]

    // Of the same files the commit would be the same, and its image can be built once.
    const { number, sha } = home.open(branch, { ...files, BRANCH: branch })
    await home.build('app1', sha)
    const run = await home.on('opened', number)
    expect(run).toMatchObject({ exit: 1, leaks: [], outputs: { status: 'failed' } })
    const error = run.annotations.find(({ level }) => level === 'error')
    expect(error?.title).toBe('It belongs to somebody else: Apply to EKS')
    expect(error?.message).toContain(`Service/${home.namespace}/${name} belongs to ${owner}`)
    expect(run.summary).toContain('rename ours, or delete what is there')
    expect([await live(home, [taken]), await home.records()]).toEqual(before)
    const made = (await home.dump()).filter((line) => line.includes(short))
    expect(made.map((line) => line.split(' ')[0])).toEqual([
      `ConfigMap/eks-preview.${short}.${REPOSITORY.repositoryId}`,
      expect.stringMatching(/^EndpointSlice\//),
      `Service/${name}`,
    ])

    home.close(number)
    expect(await home.on('closed', number)).toMatchObject({ exit: 0, outputs: { status: 'removed' } })
    expect(await live(home, [taken])).toEqual(before[0])
  },
)
