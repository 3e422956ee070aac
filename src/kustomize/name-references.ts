/**
 * What refers to other objects by name in places that Kustomize does not know: custom resources, and some fields of
 * Kubernetes' own kinds. Without these a reference stays as written when `nameSuffix` renames what it names.
 */

type FieldSpec = { group?: string; kind: string; path: string }

/** `kind`: `Rollout.argoproj.io`; without a dot it is of the core group. */
const fields = (kind: string, ...paths: string[]): FieldSpec[] => {
  const { kind: plain, group } = split(kind)
  return paths.map((path) => ({ ...(group === '' ? {} : { group }), kind: plain, path }))
}

const split = (kind: string): { kind: string; group: string } => {
  const dot = kind.indexOf('.')
  return dot < 0 ? { kind, group: '' } : { kind: kind.slice(0, dot), group: kind.slice(dot + 1) }
}

/** Where Kustomize knows the pods of, and where it does not. */
const PODS: Record<string, string> = {
  Pod: 'spec',
  'Deployment.apps': 'spec/template/spec',
  'StatefulSet.apps': 'spec/template/spec',
  'DaemonSet.apps': 'spec/template/spec',
  'Job.batch': 'spec/template/spec',
  'CronJob.batch': 'spec/jobTemplate/spec/template/spec',
}
const OTHER_PODS: Record<string, string> = {
  'Rollout.argoproj.io': 'spec/template/spec',
  'ScaledJob.keda.sh': 'spec/jobTargetRef/template/spec',
}

const inPods = (pods: Record<string, string>, ...paths: string[]): FieldSpec[] =>
  Object.entries(pods).flatMap(([kind, root]) => fields(kind, ...paths.map((path) => `${root}/${path}`)))

const inContainers = (...paths: string[]): string[] =>
  ['containers', 'initContainers'].flatMap((list) => paths.map((path) => `${list}/${path}`))

const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map(
  (kind) => `${kind}.gateway.networking.k8s.io`,
)
const inRoutes = (...paths: string[]): FieldSpec[] => ROUTES.flatMap((kind) => fields(kind, ...paths))

const CANARY = 'spec/strategy/canary'
const FILE_SERVERS = ['cephfs', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos']
const scaled = fields('ScaledObject.keda.sh', 'spec/scaleTargetRef/name')
const resized = fields('VerticalPodAutoscaler.autoscaling.k8s.io', 'spec/targetRef/name')

/** By what is named: the fields that name it. */
const REFERENCES: Record<string, FieldSpec[]> = {
  Service: [
    ...fields('TargetGroupBinding.elbv2.k8s.aws', 'spec/serviceRef/name'),
    ...inRoutes(
      'spec/parentRefs/name',
      'spec/rules/backendRefs/name',
      'spec/rules/filters/requestMirror/backendRef/name',
      'spec/rules/backendRefs/filters/requestMirror/backendRef/name',
    ),
    ...fields(
      'VirtualService.networking.istio.io',
      'spec/hosts',
      'spec/http/route/destination/host',
      'spec/http/mirror/host',
      'spec/http/mirrors/destination/host',
      'spec/tcp/route/destination/host',
      'spec/tls/route/destination/host',
    ),
    ...fields('DestinationRule.networking.istio.io', 'spec/host'),
    ...fields(
      'Rollout.argoproj.io',
      `${CANARY}/stableService`,
      `${CANARY}/canaryService`,
      `${CANARY}/pingPong/pingService`,
      `${CANARY}/pingPong/pongService`,
      `${CANARY}/trafficRouting/alb/rootService`,
      'spec/strategy/blueGreen/activeService',
      'spec/strategy/blueGreen/previewService',
    ),
    ...fields('HorizontalPodAutoscaler.autoscaling', 'spec/metrics/object/describedObject/name'),
  ],
  'Ingress.networking.k8s.io': [
    ...fields('HorizontalPodAutoscaler.autoscaling', 'spec/metrics/object/describedObject/name'),
    ...fields(
      'Rollout.argoproj.io',
      `${CANARY}/trafficRouting/alb/ingress`,
      `${CANARY}/trafficRouting/alb/ingresses`,
      `${CANARY}/trafficRouting/nginx/stableIngress`,
    ),
  ],
  'Gateway.gateway.networking.k8s.io': inRoutes('spec/parentRefs/name'),
  'Gateway.networking.istio.io': fields(
    'VirtualService.networking.istio.io',
    'spec/gateways',
    'spec/http/match/gateways',
  ),
  'VirtualService.networking.istio.io': fields(
    'Rollout.argoproj.io',
    `${CANARY}/trafficRouting/istio/virtualService/name`,
    `${CANARY}/trafficRouting/istio/virtualServices/name`,
  ),
  'DestinationRule.networking.istio.io': fields(
    'Rollout.argoproj.io',
    `${CANARY}/trafficRouting/istio/destinationRule/name`,
  ),
  'Deployment.apps': [...scaled, ...resized, ...fields('Rollout.argoproj.io', 'spec/workloadRef/name')],
  'StatefulSet.apps': [...scaled, ...resized],
  'DaemonSet.apps': resized,
  'Job.batch': resized,
  'CronJob.batch': resized,
  'Rollout.argoproj.io': [
    ...scaled,
    ...resized,
    ...fields('HorizontalPodAutoscaler.autoscaling', 'spec/scaleTargetRef/name'),
  ],
  'TriggerAuthentication.keda.sh': [
    ...fields('ScaledObject.keda.sh', 'spec/triggers/authenticationRef/name'),
    ...fields('ScaledJob.keda.sh', 'spec/triggers/authenticationRef/name'),
  ],
  'AnalysisTemplate.argoproj.io': fields(
    'Rollout.argoproj.io',
    `${CANARY}/analysis/templates/templateName`,
    `${CANARY}/steps/analysis/templates/templateName`,
    'spec/strategy/blueGreen/prePromotionAnalysis/templates/templateName',
    'spec/strategy/blueGreen/postPromotionAnalysis/templates/templateName',
  ),
  'SecretStore.external-secrets.io': fields('ExternalSecret.external-secrets.io', 'spec/secretStoreRef/name'),
  'Issuer.cert-manager.io': fields('Certificate.cert-manager.io', 'spec/issuerRef/name'),
  ServiceAccount: [
    ...inPods(PODS, 'serviceAccount'),
    ...inPods(OTHER_PODS, 'serviceAccountName', 'serviceAccount'),
    ...fields('SecretStore.external-secrets.io', 'spec/provider/aws/auth/jwt/serviceAccountRef/name'),
  ],
  ConfigMap: [
    ...inPods(
      OTHER_PODS,
      ...inContainers('env/valueFrom/configMapKeyRef/name', 'envFrom/configMapRef/name'),
      'volumes/configMap/name',
      'volumes/projected/sources/configMap/name',
    ),
    ...fields('TriggerAuthentication.keda.sh', 'spec/configMapTargetRef/name'),
  ],
  Secret: [
    ...inPods(
      OTHER_PODS,
      ...inContainers('env/valueFrom/secretKeyRef/name', 'envFrom/secretRef/name'),
      'imagePullSecrets/name',
      'volumes/secret/secretName',
      'volumes/projected/sources/secret/name',
    ),
    ...inPods(
      { ...PODS, ...OTHER_PODS },
      'volumes/csi/nodePublishSecretRef/name',
      'volumes/azureFile/secretName',
      ...FILE_SERVERS.map((type) => `volumes/${type}/secretRef/name`),
    ),
    ...fields('ServiceAccount', 'secrets/name'),
    ...fields('TriggerAuthentication.keda.sh', 'spec/secretTargetRef/name'),
    ...fields('Gateway.gateway.networking.k8s.io', 'spec/listeners/tls/certificateRefs/name'),
    ...fields('Gateway.networking.istio.io', 'spec/servers/tls/credentialName'),
  ],
  PersistentVolumeClaim: [
    ...inPods(OTHER_PODS, 'volumes/persistentVolumeClaim/claimName'),
    ...fields('PersistentVolumeClaim', 'spec/dataSource/name', 'spec/dataSourceRef/name'),
    ...fields('StatefulSet.apps', 'spec/volumeClaimTemplates/spec/dataSource/name'),
  ],
  'SecretProviderClass.secrets-store.csi.x-k8s.io': inPods(
    { ...PODS, ...OTHER_PODS },
    'volumes/csi/volumeAttributes/secretProviderClass',
  ),
}

/** Images that are volumes: kustomize changes them by itself from 5.7 on. */
const IMAGES = ['spec/volumes[]/image/reference', 'spec/template/spec/volumes[]/image/reference']

/** The text of a `configurations:` file. Without labels: a team's own such file for Rollouts may say otherwise, which is an error. */
export const NAME_REFERENCES: string = JSON.stringify({
  nameReference: Object.entries(REFERENCES).map(([named, fieldSpecs]) => {
    const { kind, group } = split(named)
    return { kind, ...(group === '' ? { version: 'v1' } : { group }), fieldSpecs }
  }),
  images: IMAGES.map((path) => ({ path, create: true })),
})
