import { stringify } from 'yaml'
import type { LogGroup } from '../aws/log-group.ts'
import type { App } from '../config-schema.ts'
import { DATABASE_SECRET } from '../database/secret.ts'
import { type Environment, LABEL, type Placement } from '../names.ts'
import { SERVICE_PORT } from '../neighbours.ts'
import { sharedIn } from '../secret-values.ts'
import { type Backend, type Exposed, exposureComponents, exposurePatches, type OverlayInstall } from './exposure.ts'
import { type Operation, patch, rename } from './patch.ts'

export type OverlayApp = Exposed & {
  /** `repository:tag` or `repository@sha256:…`. */
  image: string
  hasDatabase: boolean
  /** Environment variables that nobody may see. */
  secretValues: Readonly<Record<string, string>>
  /** Where the log files go that it writes into the folder. */
  logs?: { folder: string; group: LogGroup }
  config: App
}

/** Whose preview it is, and where it goes. */
export type Where = { environment: Environment; placement: Placement }

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
      ...exposureComponents(app.config.expose),
      ...(app.config.scale ? ['scale'] : []),
      ...(app.config.migrate ? ['migration'] : []),
      // Of all pods that the others have made.
      ...(hasSecretValues(app) ? ['secret'] : []),
      ...(app.config.waitFor.length > 0 ? ['wait-for'] : []),
      ...(app.logs ? ['logging'] : []),
    ].map((component) => `${base}/${component}`),
    ...placed(placement),
    labels: labelsOf(app, environment),
    images: [imageChange('app', app.image)],
    patches: [
      patch({ kind: 'Deployment' }, deployment(app)),
      patch({ kind: 'Service' }, service(app)),
      patch({ kind: 'ConfigMap', name: 'app' }, [
        rename(app.name),
        { op: 'add', path: '/data', value: settingsOf(app) },
      ]),
      ...(hasSecretValues(app) ? [patch({ kind: 'Secret', name: 'app' }, secret(app))] : []),
      ...exposurePatches(app, install),
      ...(app.config.scale ? scaling(app.name, app.config.scale) : []),
      ...(app.config.migrate ? [patch({ kind: 'Job' }, migration(app, app.config.migrate))] : []),
      ...(app.config.waitFor.length > 0 ? [inContainer({ name: 'wait-for', args: app.config.waitFor })] : []),
      ...(app.logs ? logging(app.name, app.logs.group) : []),
    ],
  })

/** What leads to an app of people's own manifests, where they have nothing that does. */
export const exposureOverlayOf = (
  app: Exposed,
  backend: Backend,
  { environment, placement }: Where,
  install: OverlayInstall,
  base: string,
): string =>
  kustomizationText({
    components: exposureComponents(app.config.expose).map((component) => `${base}/${component}`),
    ...placed(placement),
    labels: labelsOf(app, environment),
    patches: exposurePatches(app, install, backend),
  })

const labelsOf = ({ name }: Exposed, environment: Environment): object[] => [
  // In the selectors, or a Service would send requests to every branch's pods.
  {
    pairs: { [LABEL.environment]: environment.id, 'app.kubernetes.io/name': name },
    includeSelectors: true,
    includeTemplates: true,
  },
  {
    pairs: { [LABEL.part]: String(environment.owner.repositoryId), 'app.kubernetes.io/managed-by': 'eks-preview' },
  },
]

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

const settingsOf = ({ config }: OverlayApp): Record<string, string> => ({ PORT: String(config.port), ...config.env })

const hasSecretValues = ({ secretValues }: OverlayApp): boolean => Object.keys(secretValues).length > 0

const secret = ({ name, secretValues }: OverlayApp): Operation[] => [
  rename(name),
  {
    op: 'add',
    path: '/data',
    value: Object.fromEntries(
      Object.entries(secretValues).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  },
]

/** On the app's own port too: `redis:6379` is what people write, and so is `http://api`. */
const service = ({ name, config: { port } }: OverlayApp): Operation[] => [
  rename(name),
  ...(port === SERVICE_PORT
    ? []
    : [{ op: 'add' as const, path: '/spec/ports/-', value: { name: 'app', port, targetPort: 'http' } }]),
]

const POD = '/spec/template/spec'
const CONTAINER = `${POD}/containers/0`

const deployment = (app: OverlayApp): Operation[] => {
  const { name, config } = app
  return [
    rename(name),
    { op: 'replace', path: '/spec/replicas', value: config.scale?.min ?? config.replicas ?? 1 },
    { op: 'replace', path: `${CONTAINER}/name`, value: name },
    { op: 'replace', path: `${CONTAINER}/ports/0/containerPort`, value: config.port },
    ...readiness(app),
    ...optional(`${CONTAINER}/command`, config.command),
    ...surroundings(app),
  ]
}

/** Without a path to ask, that it takes connections. */
const readiness = ({ address, config: { health = address?.health } }: OverlayApp): Operation[] =>
  health === undefined
    ? [
        { op: 'remove', path: `${CONTAINER}/readinessProbe/httpGet` },
        { op: 'add', path: `${CONTAINER}/readinessProbe/tcpSocket`, value: { port: 'http' } },
      ]
    : [{ op: 'replace', path: `${CONTAINER}/readinessProbe/httpGet/path`, value: health }]

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
    ...[...sharedIn(secrets), ...(hasDatabase ? [DATABASE_SECRET] : [])].map(
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
