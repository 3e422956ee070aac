import { type Mutation, webhookConfiguration } from './webhooks.ts'

type Container = { env?: object[]; volumeMounts?: object[] }
type PodSpec = {
  serviceAccountName?: string
  containers: Container[]
  initContainers?: Container[]
  volumes?: object[]
}

export type PodIdentityOptions = {
  region: string
  /** Where pods find AWS. The real webhook sets no such thing: there AWS is where the SDK expects it. */
  endpoint: string
  /** The body of an API path, read as admin. */
  get(path: string): Promise<string>
}

const PATH = '/mutate'
const TOKEN_FOLDER = '/var/run/secrets/eks.amazonaws.com/serviceaccount'
const VOLUME = 'aws-iam-token'

/** EKS' pod identity webhook (IRSA): the pods of a service account with a role get a token for it. */
export const podIdentityMutation = ({ region, endpoint, get }: PodIdentityOptions): Record<string, Mutation> => ({
  [PATH]: async ({ namespace, object }) => {
    const spec = object.spec as PodSpec
    const account = spec.serviceAccountName ?? 'default'
    const { metadata } = JSON.parse(await get(`/api/v1/namespaces/${namespace}/serviceaccounts/${account}`))
    const role: string | undefined = metadata.annotations?.['eks.amazonaws.com/role-arn']
    return role === undefined ? [] : withIdentity(spec, { role, region, endpoint })
  },
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
export const podIdentityWebhook = (ca: Buffer): object =>
  webhookConfiguration(
    'pod-identity-webhook',
    { name: 'iam-for-pods.amazonaws.com', resource: 'pods', path: PATH, failurePolicy: 'Ignore' },
    ca,
  )
