import { stringify } from 'yaml'
import type { LogGroup } from '../aws/log-group.ts'
import type { App } from '../config-schema.ts'
import { DATABASE_SECRET } from '../database/secret.ts'
import { type Environment, LABEL, type Placement } from '../names.ts'

export type OverlayApp = {
  name: string
  /** `repository:tag` or `repository@sha256:…`. */
  image: string
  host: string
  hasDatabase: boolean
  /** Where the log files go that it writes into the folder. */
  logs?: { folder: string; group: LogGroup }
  config: App
}

/** Whose preview it is, and where it goes. */
export type Where = { environment: Environment; placement: Placement }

export type OverlayInstall = {
  ingressClass: string
  ingressGroup: string
  ingressAnnotations: Record<string, string>
}

type Operation = { op: 'add' | 'replace'; path: string; value: unknown }

/**
 * The Kustomize overlay of one app, as the text of its kustomization.yaml. One overlay per app: Kustomize cannot rename one
 * base twice in a build. `base` is the relative path to `kustomize-base/`, because absolute ones are refused.
 */
export const overlayOf = (
  app: OverlayApp,
  { environment, placement }: Where,
  install: OverlayInstall,
  base: string,
): string =>
  kustomizationText({
    resources: [`${base}/app`],
    components: [
      `${base}/ingress`,
      ...(app.config.scale ? [`${base}/scale`] : []),
      ...(app.config.migrate ? [`${base}/migration`] : []),
      // Of all pods that the others have made.
      ...(app.config.waitFor.length > 0 ? [`${base}/wait-for`] : []),
      ...(app.logs ? [`${base}/logging`] : []),
    ],
    ...placed(placement),
    labels: [
      // In the selectors, or a Service would send requests to every branch's pods.
      {
        pairs: { [LABEL.environment]: environment.id, 'app.kubernetes.io/name': app.name },
        includeSelectors: true,
        includeTemplates: true,
      },
      {
        pairs: {
          [LABEL.part]: String(environment.owner.repositoryId),
          'app.kubernetes.io/managed-by': 'eks-preview',
        },
      },
    ],
    images: [imageChange('app', app.image)],
    patches: [
      patch({ kind: 'Deployment' }, deployment(app)),
      patch({ kind: 'Service' }, [rename(app.name)]),
      patch({ kind: 'ConfigMap', name: 'app' }, [
        rename(app.name),
        { op: 'add', path: '/data', value: settingsOf(app) },
      ]),
      patch({ kind: 'Ingress' }, ingress(app, install)),
      ...(app.config.scale ? scaling(app.name, app.config.scale) : []),
      ...(app.config.migrate ? [patch({ kind: 'Job' }, migration(app, app.config.migrate))] : []),
      ...(app.config.waitFor.length > 0 ? [inContainer({ name: 'wait-for', args: app.config.waitFor })] : []),
      ...(app.logs ? logging(app.name, app.logs.group) : []),
    ],
  })

export const kustomizationText = (fields: object): string =>
  stringify(
    { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields },
    // A branch's id may be all digits, or digits around an e: both must stay text for YAML 1.1 readers too.
    { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 },
  )

export const placed = ({ namespace, suffix }: Placement): object => ({
  namespace,
  ...(suffix === '' ? {} : { nameSuffix: suffix }),
})

const patch = (target: { kind: string; name?: string }, operations: Operation[]) => ({
  target,
  options: { allowNameChange: true },
  patch: JSON.stringify(operations),
})

const scaling = (name: string, { min, max, cpu }: NonNullable<App['scale']>) => [
  patch({ kind: 'HorizontalPodAutoscaler' }, [
    rename(name),
    { op: 'replace', path: '/spec/minReplicas', value: min },
    { op: 'replace', path: '/spec/maxReplicas', value: max },
    { op: 'replace', path: '/spec/metrics/0/resource/target/averageUtilization', value: cpu },
  ]),
  patch({ kind: 'PodDisruptionBudget' }, [rename(name)]),
]

/** What of an init container, in all pods, is this preview's. Which place it has in the list is nobody's business. */
const inContainer = (container: { name: string } & Record<string, unknown>) => ({
  target: { kind: 'Deployment|Job' },
  patch: JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app' },
    spec: { template: { spec: { initContainers: [container] } } },
  }),
})

const logging = (app: string, { name, region }: LogGroup) => [
  patch({ kind: 'ConfigMap', name: 'app-logging' }, [rename(`${app}-logging`)]),
  inContainer({
    name: 'fluent-bit',
    env: [
      { name: 'LOG_GROUP', value: name },
      { name: 'LOG_REGION', value: region },
    ],
  }),
]

const rename = (name: string): Operation => ({ op: 'replace', path: '/metadata/name', value: name })

const settingsOf = ({ config }: OverlayApp): Record<string, string> => ({ PORT: String(config.port), ...config.env })

const POD = '/spec/template/spec'
const CONTAINER = `${POD}/containers/0`

const deployment = (app: OverlayApp): Operation[] => {
  const { name, config } = app
  return [
    rename(name),
    { op: 'replace', path: '/spec/replicas', value: config.scale?.min ?? config.replicas ?? 1 },
    { op: 'replace', path: `${CONTAINER}/name`, value: name },
    { op: 'replace', path: `${CONTAINER}/ports/0/containerPort`, value: config.port },
    { op: 'replace', path: `${CONTAINER}/readinessProbe/httpGet/path`, value: config.health },
    ...optional(`${CONTAINER}/command`, config.command),
    ...surroundings(app),
  ]
}

const migration = (app: OverlayApp, { image, command }: NonNullable<App['migrate']>): Operation[] => [
  rename(`${app.name}-migrate`),
  ...optional(`${CONTAINER}/image`, image),
  { op: 'add', path: `${CONTAINER}/command`, value: command },
  ...surroundings(app),
]

/** What every pod of an app has. */
const surroundings = ({ config, hasDatabase, logs }: OverlayApp): Operation[] => {
  const { secrets, resources, serviceAccount, imagePullSecrets } = config
  return [
    ...[...secrets, ...(hasDatabase ? [DATABASE_SECRET] : [])].map(
      (secret): Operation => ({ op: 'add', path: `${CONTAINER}/envFrom/-`, value: { secretRef: { name: secret } } }),
    ),
    ...optional(`${CONTAINER}/volumeMounts`, logs && [{ name: 'logs', mountPath: logs.folder }]),
    ...optional(`${CONTAINER}/resources`, resources),
    ...optional(`${POD}/serviceAccountName`, serviceAccount),
    // A service account is named for its identity (IRSA, Pod Identity), which the pod reads from its token.
    ...optional(`${POD}/automountServiceAccountToken`, serviceAccount === undefined ? undefined : true),
    ...optional(
      `${POD}/imagePullSecrets`,
      imagePullSecrets.length === 0 ? undefined : imagePullSecrets.map((name) => ({ name })),
    ),
  ]
}

const optional = (path: string, value: unknown): Operation[] =>
  value === undefined ? [] : [{ op: 'add', path, value }]

const ingress = ({ name, host, config }: OverlayApp, install: OverlayInstall): Operation[] => [
  rename(name),
  { op: 'replace', path: '/spec/ingressClassName', value: install.ingressClass },
  { op: 'replace', path: '/spec/rules/0/host', value: host },
  ...Object.entries({
    'alb.ingress.kubernetes.io/group.name': install.ingressGroup,
    'alb.ingress.kubernetes.io/healthcheck-path': config.health,
    ...install.ingressAnnotations,
  }).map(([key, value]): Operation => ({ op: 'add', path: `/metadata/annotations/${pointer(key)}`, value })),
]

/** JSON Pointer escapes (RFC 6901). */
const pointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** An entry of `images`: every container with the image `name` gets this one. */
export const imageChange = (name: string, image: string): object => {
  const [repository = '', digest] = image.split('@', 2)
  const newName = withoutTag(repository)
  return digest === undefined
    ? { name, newName, newTag: repository.slice(newName.length + 1) }
    : { name, newName, digest }
}

/** A colon before the last slash is a port: `registry:5000/app`. */
export const withoutTag = (image: string): string => {
  const colon = image.indexOf(':', image.lastIndexOf('/') + 1)
  return colon < 0 ? image : image.slice(0, colon)
}
