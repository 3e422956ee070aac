import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import type { Part } from '../stack/part.ts'
import { addresses } from './addresses.ts'

type Container = { env?: object[]; volumeMounts?: object[] }
type PodSpec = {
  serviceAccountName?: string
  containers: Container[]
  initContainers?: Container[]
  volumes?: object[]
}
type Review = { request: { uid: string; namespace: string; object: { spec: PodSpec } } }

export type PodIdentityOptions = {
  /** Folder with `pod-identity.crt` and `.key`. */
  pki: string
  region: string
  /** Where pods find AWS. The real webhook sets no such thing: there AWS is where the SDK expects it. */
  endpoint: string
  /** The body of an API path, read as admin. */
  get(path: string): Promise<string>
}

const TOKEN_FOLDER = '/var/run/secrets/eks.amazonaws.com/serviceaccount'
const VOLUME = 'aws-iam-token'

/** EKS' pod identity webhook (IRSA): the pods of a service account with a role get a token for it. */
export const startPodIdentity = async ({ pki, region, endpoint, get }: PodIdentityOptions): Promise<Part> => {
  const [cert, key] = await Promise.all(['crt', 'key'].map((end) => readFile(join(pki, `pod-identity.${end}`))))
  const patchOf = async ({ namespace, object: { spec } }: Review['request']): Promise<object[]> => {
    const account = spec.serviceAccountName ?? 'default'
    const { metadata } = JSON.parse(await get(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}`))
    const role: string | undefined = metadata.annotations?.['eks.amazonaws.com/role-arn']
    return role === undefined ? [] : withIdentity(spec, { role, region, endpoint })
  }
  const server = createServer({ cert, key }, (request, response) => {
    const answer = async (): Promise<void> => {
      const { request: asked } = (await json(request)) as Review
      const patch = await patchOf(asked)
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: asked.uid, allowed: true, ...(patch.length > 0 && patched(patch)) },
        }),
      )
    }
    answer().catch((error: Error) => response.writeHead(500).end(error.message))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(addresses.podIdentityPort, '127.0.0.1', resolve)
  })
  return {
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const patched = (patch: object[]) => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
})

type Identity = { role: string; region: string; endpoint: string }

const withIdentity = (spec: PodSpec, { role, region, endpoint }: Identity): object[] => {
  const variables = {
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: `${TOKEN_FOLDER}/token`,
    AWS_STS_REGIONAL_ENDPOINTS: 'regional',
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    // The SDK for Go asks STS for a role before it has read the other one.
    AWS_ENDPOINT_URL_STS: endpoint,
  }
  const env = Object.entries(variables).map(([name, value]) => ({ name, value }))
  const mount = { name: VOLUME, mountPath: TOKEN_FOLDER, readOnly: true }
  const all = (containers: Container[]) =>
    containers.map((container) => ({
      ...container,
      env: [...(container.env ?? []), ...env],
      volumeMounts: [...(container.volumeMounts ?? []), mount],
    }))
  const token = { audience: 'sts.amazonaws.com', expirationSeconds: 86_400, path: 'token' }
  const volume = { name: VOLUME, projected: { sources: [{ serviceAccountToken: token }] } }
  return [
    { op: 'add', path: '/spec/volumes', value: [...(spec.volumes ?? []), volume] },
    { op: 'replace', path: '/spec/containers', value: all(spec.containers) },
    ...(spec.initContainers === undefined
      ? []
      : [{ op: 'replace', path: '/spec/initContainers', value: all(spec.initContainers) }]),
  ]
}

/** As EKS installs it: a pod is not refused because the webhook is away. */
export const podIdentityWebhook = (ca: Buffer): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'pod-identity-webhook' },
  webhooks: [
    {
      name: 'iam-for-pods.amazonaws.com',
      clientConfig: { url: `https://127.0.0.1:${addresses.podIdentityPort}/mutate`, caBundle: ca.toString('base64') },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      failurePolicy: 'Ignore',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      timeoutSeconds: 5,
    },
  ],
})
