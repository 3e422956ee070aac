import { describe, expect } from 'vitest'
import { containerOf, failing, found, foundLate, words, workload } from './failure.ts'
import { registryThatSays } from './registry.ts'

describe.concurrent('an image', () => {
  failing('that its registry does not have', async (home) => {
    await using registry = await registryThatSays(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
    const image = `${registry.host}/acme/app1:abc1234`
    const diagnosis = await found(home, 'ImageNotFound', workload(home, { image }))
    expect(diagnosis).toMatchObject({
      subject: `Deployment/${home.namespace}/web`,
      culprit: image,
      what: `There is no image \`${image}\`.`,
      next: expect.stringContaining(`tag \`abc1234\` is not in repository \`${registry.host}/acme/app1\``),
      containers: [{ name: 'c', state: 'waiting', restarts: 0 }],
      logs: [],
    })
    expect(diagnosis.events[0]?.message).toContain('not found')
    expect(diagnosis.chain.map((name) => name.split('/')[0])).toEqual(['Deployment', 'ReplicaSet', 'Pod'])
  })

  failing('that may not be pulled', async (home) => {
    await using registry = await registryThatSays(403, 'DENIED', 'requested access to the resource is denied')
    const image = `${registry.host}/acme/app1:abc1234`
    expect(await found(home, 'ImageDenied', workload(home, { image }))).toMatchObject({ culprit: image })
  })

  failing('of a registry that is throttled: it may yet come', async (home) => {
    await using registry = await registryThatSays(429, 'TOOMANYREQUESTS', 'rate exceeded')
    const image = `${registry.host}/acme/app1:abc1234`
    const diagnosis = await foundLate(home, 'RegistryUnavailable', workload(home, { image }), 30_000)
    expect(diagnosis.what).toBe(`The registry refuses to send \`${image}\` that often.`)
  })

  failing('with a name that none can have', async (home) => {
    expect(await found(home, 'ImageNameInvalid', workload(home, { image: 'app/NoName' }))).toMatchObject({
      culprit: 'app/NoName',
      reason: expect.stringContaining('must be lowercase'),
    })
  })
})

describe.concurrent('a container', () => {
  failing('that crashes: exit code and last words, but no secret', async (home) => {
    const secret = { name: 'key', namespace: home.namespace }
    await home.cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata: secret, stringData: { KEY: 'pa55 w0rd!' } })
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'key', key: 'KEY' } } }]
    const args = ['exit', '3', 'the key is $(KEY)', 'API_TOKEN=abc', 'no database']
    const diagnosis = await found(home, 'CrashLoop', workload(home, { env, args }))
    expect(diagnosis).toMatchObject({
      container: 'c',
      reason: 'crashed 3 times, exit code 3',
      containers: [{ name: 'c', exitCode: 3, restarts: 3 }],
      logs: [{ container: 'c', lines: ['the key is ***', 'API_TOKEN=***', 'no database'] }],
    })
  })

  failing('of which every replica ends the same way', async (home) => {
    const replicas = workload(home, { args: ['exit', '9'] }, {}, { replicas: 2 })
    const diagnosis = await found(home, 'CrashLoop', replicas)
    expect(diagnosis).toMatchObject({
      reason: 'crashed 2 times, exit code 9',
      containers: [{ restarts: 2 }, { restarts: 2 }],
    })
  })

  failing('with a log that is made to do harm', async (home) => {
    const diagnosis = await found(home, 'CrashLoop', workload(home, { args: ['noise'] }))
    const [log] = diagnosis.logs
    expect(log?.lines.at(-1)).toBe('the last line')
    expect(Math.max(...(log?.lines.map(({ length }) => length) ?? []))).toBeLessThan(1_100)
    expect(words(diagnosis).isWellFormed()).toBe(true)
  })

  failing('that needs more memory than it may have', async (home) => {
    const resources = { limits: { memory: '32Mi' } }
    expect(await found(home, 'OutOfMemory', workload(home, { args: ['eat', '400'], resources }))).toMatchObject({
      container: 'c',
      reason: expect.stringContaining('exit code 137 (OOMKilled)'),
      what: 'Container `c` needs more memory than its limit of 32Mi and was killed.',
    })
  })

  failing('that cannot be started', async (home) => {
    expect(await found(home, 'StartFailed', workload(home, { command: ['/nope'] }))).toMatchObject({
      container: 'c',
      what: expect.stringContaining('/nope'),
    })
  })

  failing('that has to come first and fails', async (home) => {
    const prepare = containerOf({ name: 'prepare', args: ['exit', '4', 'no database'] })
    expect(await found(home, 'InitContainerFailed', workload(home, {}, { initContainers: [prepare] }))).toMatchObject({
      container: 'prepare',
      reason: 'crashed 3 times, exit code 4',
      logs: [{ container: 'prepare', lines: ['no database'] }],
    })
  })
})

describe.concurrent('a health check', () => {
  const httpGet = (path: string) => ({ httpGet: { path, port: 3000 }, periodSeconds: 1, failureThreshold: 2 })

  failing('that fails explains the time-out', async (home) => {
    const bad = workload(home, { readinessProbe: httpGet('/break') })
    expect(await foundLate(home, 'ProbeFailing', bad, 12_000)).toMatchObject({
      container: 'c',
      progress: expect.stringContaining('0 of 1 pods ready'),
      reason: 'Readiness probe failed: HTTP probe failed with statuscode: 500',
      next: expect.stringContaining('let `/break` on port 3000 answer 200'),
      logs: [{ container: 'c', previous: false }],
    })
  })

  failing('that is never answered', async (home) => {
    const hanging = workload(home, { readinessProbe: httpGet('/hang') })
    const { next } = await foundLate(home, 'ProbeFailing', hanging, 12_000)
    expect(next).toContain('`/hang` on port 3000 does not answer within 1 s')
  })

  failing('that kills what it checks', async (home) => {
    const killed = workload(home, { readinessProbe: httpGet('/break'), livenessProbe: httpGet('/break') })
    expect(await found(home, 'ProbeFailing', killed)).toMatchObject({
      container: 'c',
      reason: 'crashed 3 times, Liveness probe failed: HTTP probe failed with statuscode: 500',
    })
  })
})

describe.concurrent('what is missing', () => {
  failing('a Secret: one cause, whoever waits for it', async (home) => {
    const envFrom = [{ secretRef: { name: 'db' } }]
    const both = ['web', 'worker'].map((name) => workload(home, { envFrom }, {}, { name }))
    expect(await found(home, 'ConfigMissing', ...both)).toMatchObject({
      also: [expect.stringContaining(`Deployment/${home.namespace}/w`)],
      culprit: `Secret/${home.namespace}/db`,
      next: expect.stringContaining(`create \`Secret/${home.namespace}/db\``),
    })
  })

  failing('a key', async (home) => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'kube-root-ca.crt', key: 'nope' } } }]
    expect(await found(home, 'ConfigMissing', workload(home, { env }))).toMatchObject({
      culprit: `ConfigMap/${home.namespace}/kube-root-ca.crt`,
      reason: `ConfigMap/${home.namespace}/kube-root-ca.crt has no key nope`,
    })
  })

  failing('a Secret that is to be mounted', async (home) => {
    const volumes = [{ name: 'v', secret: { secretName: 'db' } }]
    const mounted = workload(home, { volumeMounts: [{ name: 'v', mountPath: '/v' }] }, { volumes })
    expect(await found(home, 'ConfigMissing', mounted)).toMatchObject({ culprit: `Secret/${home.namespace}/db` })
  })

  failing('a volume', async (home) => {
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
    expect(await found(home, 'VolumeMissing', workload(home, {}, { volumes }))).toMatchObject({
      culprit: `PersistentVolumeClaim/${home.namespace}/data`,
    })
  })

  failing('a storage class, which only events of the claim tell', async (home) => {
    const resources = { requests: { storage: '1Mi' } }
    const claim = home.object('v1', 'PersistentVolumeClaim', 'data', {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'nowhere', resources },
    })
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
    expect(await found(home, 'VolumeUnavailable', claim, workload(home, {}, { volumes }))).toMatchObject({
      subject: `Deployment/${home.namespace}/web`,
      culprit: `PersistentVolumeClaim/${home.namespace}/data`,
      reason: expect.stringContaining('"nowhere" not found'),
    })
  })

  failing('a service account', async (home) => {
    expect(
      await found(home, 'ServiceAccountMissing', workload(home, {}, { serviceAccountName: 'nobody' })),
    ).toMatchObject({
      culprit: `ServiceAccount/${home.namespace}/nobody`,
    })
  })
})
