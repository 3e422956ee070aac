import { describe, expect } from 'vitest'
import { stackFacts } from '../../local/scene.ts'
import type { Unready } from '../../src/cluster/diagnose.ts'
import { poll } from '../../src/poll.ts'
import { ingress } from './alb-objects.ts'
import { albWorld } from './alb-world.ts'
import { applied, containerOf, failing, failureOf, found, foundLate, words, workload } from './failure.ts'
import type { Scratch } from './scratch.ts'

describe.concurrent('what the namespace does not allow', () => {
  failing('a quota', async (home) => {
    await home.cluster.create(home.object('v1', 'ResourceQuota', 'small', { spec: { hard: { pods: '0' } } }))
    expect(await found(home, 'QuotaExceeded', workload(home))).toMatchObject({
      subject: `Deployment/${home.namespace}/web`,
      culprit: `ResourceQuota/${home.namespace}/small`,
      reason: expect.stringContaining('exceeded quota: small'),
    })
  })

  failing('a quota with room for some of the pods', async (home) => {
    await home.cluster.create(home.object('v1', 'ResourceQuota', 'small', { spec: { hard: { pods: '1' } } }))
    expect(await found(home, 'QuotaExceeded', workload(home, {}, {}, { replicas: 2 }))).toMatchObject({
      culprit: `ResourceQuota/${home.namespace}/small`,
    })
  })

  failing('pod security', async (home) => {
    await home.send({
      method: 'PATCH',
      path: `/api/v1/namespaces/${home.namespace}`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
    })
    expect(await found(home, 'PodSecurity', workload(home))).toMatchObject({
      culprit: `Namespace/${home.namespace}`,
      next: expect.stringContaining('allowPrivilegeEscalation != false'),
    })
  })
})

describe.concurrent('a pod that no node takes', () => {
  const huge = (home: Scratch) => workload(home, { resources: { requests: { cpu: '500' } } })

  failing('may yet get one', async (home) => {
    expect(await foundLate(home, 'Unschedulable', huge(home), 8_000)).toMatchObject({
      what: 'No node has enough cpu left for web.',
      reason: expect.stringContaining('Insufficient cpu'),
      containers: [],
    })
  })

  failing('will get none when the autoscaler says so', async (home) => {
    const changes = await applied(home, huge(home))
    const failure = failureOf(home, changes)
    const [pod] = await poll({ what: 'the pod', every: 100, timeout: 60_000, signal: home.run.signal }, async () => {
      const pods = await home.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, home.namespace)
      return pods.length > 0 ? pods : undefined
    })
    const { name, uid } = pod?.metadata ?? { name: '' }
    await home.cluster.create({
      ...home.object('v1', 'Event', 'autoscaler'),
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: home.namespace, name, uid },
      type: 'Normal',
      reason: 'NotTriggerScaleUp',
      message: "pod didn't trigger scale-up: 1 Insufficient cpu",
      lastTimestamp: new Date().toISOString(),
    })
    expect(await failure).toMatchObject({
      code: 'RolloutFailed',
      diagnoses: [{ cause: 'Unschedulable', reason: expect.stringContaining("didn't trigger scale-up") }],
    })
  })
})

describe.concurrent('a Job', () => {
  const job = (home: Scratch, name: string, labels: Record<string, string>, container: object) => {
    const object = home.object('batch/v1', 'Job', name, {
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels: { 'eks-preview/env': home.environment.id } },
          spec: { restartPolicy: 'Never', containers: [containerOf({ ...container })] },
        },
      },
    })
    Object.assign(object.metadata.labels ?? {}, labels)
    return object
  }

  failing('that migrates and fails holds back the app', async (home) => {
    const labels = { 'app.kubernetes.io/name': 'app1', 'app.kubernetes.io/component': 'migration' }
    const args = ['exit', '5', 'ERROR 1050: Table users already exists']
    const migration = job(home, 'app1-migrate', labels, { args })
    const error: Unready = await applied(home, migration).then(
      () => undefined,
      (error) => error,
    )
    expect(error).toMatchObject({
      code: 'RolloutFailed',
      object: `Job/${home.namespace}/app1-migrate`,
      diagnoses: [
        {
          cause: 'MigrationFailed',
          app: 'app1',
          container: 'c',
          what: expect.stringContaining('container `c` ended with exit code 5'),
          chain: [`Job/${home.namespace}/app1-migrate`, expect.stringContaining('Pod/')],
        },
      ],
    })
    expect(error.diagnoses.map(words)).toEqual(['ERROR 1050: Table users already exists'])
  })

  failing('that takes longer than it may, whether its pod is still there or gone', async (home) => {
    const object = job(home, 'seed', {}, {})
    Object.assign(object.spec as object, { activeDeadlineSeconds: 3 })
    expect(await found(home, 'JobFailed', object)).toMatchObject({
      subject: `Job/${home.namespace}/seed`,
      reason: expect.stringContaining('longer than specified deadline'),
    })
  })
})

describe.concurrent('a load balancer', async () => {
  const world = albWorld((await stackFacts()).aws)
  const own = (home: Scratch, annotations: Record<string, string> = {}) => {
    const { metadata, spec } = ingress(home.namespace, 'web', home.namespace, { annotations })
    const object = home.object('networking.k8s.io/v1', 'Ingress', 'web', { spec })
    return { ...object, metadata: { ...object.metadata, annotations: metadata?.annotations ?? {} } }
  }

  failing('that somebody else’s Ingress breaks for all', async (home) => {
    const theirs = `${home.namespace}-other`
    await world.createNamespace(theirs)
    const broken = ingress(theirs, 'bad', home.namespace, { annotations: { 'target-type': 'bogus' } })
    await world.create(broken)
    try {
      expect(await found(home, 'BlockedByOtherIngress', own(home))).toMatchObject({
        subject: `Ingress/${home.namespace}/web`,
        culprit: `Ingress/${theirs}/bad`,
        what: expect.stringContaining('Yours is not at fault'),
        events: [{ reason: 'FailedBuildModel' }],
      })
    } finally {
      await world.remove(broken)
      await world.removeNamespace(theirs)
    }
  })

  failing('that our own Ingress describes wrongly', async (home) => {
    const wrong = own(home, { 'target-type': 'bogus' })
    expect(await found(home, 'LoadBalancerRefused', wrong)).toMatchObject({
      subject: `Ingress/${home.namespace}/web`,
      reason: expect.stringContaining('unknown targetType: bogus'),
    })
  })

  failing('that is full', async (home) => {
    const hosts = Array.from({ length: 101 }, (_, index) => `h${index}.${home.namespace}.test`)
    const { spec } = ingress(home.namespace, 'web', home.namespace, { hosts })
    const changes = await applied(home, { ...own(home), spec })
    expect(await failureOf(home, changes)).toMatchObject({
      code: 'RolloutFailed',
      diagnoses: [{ cause: 'LoadBalancerFull' }],
    })
  })
})
