import {
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1EndpointSlice,
  type V1Ingress,
  type V1IngressClass,
  type V1Node,
  type V1Service,
} from '@kubernetes/client-node'
import type { TargetType } from './annotations.ts'

const BINDINGS = { group: 'elbv2.k8s.aws', version: 'v1beta1', plural: 'targetgroupbindings' }
const RECONNECT_MS = 1000
const MERGE = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)

export type TargetGroupBinding = KubernetesObject & {
  spec: {
    serviceRef: { name: string; port: number | string }
    targetGroupARN: string
    targetType: TargetType
    targetGroupProtocol: string
    vpcID: string
    ipAddressType: 'ipv4'
  }
  status?: { observedGeneration?: number }
}
/** What the controller looks at, read afresh at each pass. */
export type World = {
  ingresses: V1Ingress[]
  classes: V1IngressClass[]
  services: V1Service[]
  slices: V1EndpointSlice[]
  bindings: TargetGroupBinding[]
  nodes: V1Node[]
}
export type Address = { hostname: string; ports: { port: number; protocol: string }[] }

/** Lists leave out what every object of a list is. */
const typed = <T extends KubernetesObject>({ items }: { items: T[] }, apiVersion: string, kind: string): T[] =>
  items.map((item) => ({ ...item, apiVersion, kind }))

export const connect = (kubeconfig: string) => {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const core = config.makeApiClient(CoreV1Api)
  const networking = config.makeApiClient(NetworkingV1Api)
  const discovery = config.makeApiClient(DiscoveryV1Api)
  const custom = config.makeApiClient(CustomObjectsApi)
  const objects = KubernetesObjectApi.makeApiClient(config)

  const listBindings = (): Promise<KubernetesListObject<TargetGroupBinding>> => custom.listClusterCustomObject(BINDINGS)
  const lists = {
    '/apis/networking.k8s.io/v1/ingresses': () => networking.listIngressForAllNamespaces(),
    '/apis/networking.k8s.io/v1/ingressclasses': () => networking.listIngressClass(),
    '/api/v1/nodes': () => core.listNode(),
    '/api/v1/services': () => core.listServiceForAllNamespaces(),
    '/apis/discovery.k8s.io/v1/endpointslices': () => discovery.listEndpointSliceForAllNamespaces(),
    [`/apis/${BINDINGS.group}/${BINDINGS.version}/${BINDINGS.plural}`]: listBindings,
  }
  const patch = async (object: KubernetesObject, change: object): Promise<void> => {
    const { apiVersion = '', kind = '', metadata = {} } = object
    const { name, namespace } = metadata
    const body = { apiVersion, kind, metadata: { name, namespace, ...change } } as KubernetesObject
    await objects.patch(body, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)
  }
  const place = ({ metadata }: KubernetesObject) => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
  })

  return {
    core,
    read: async (): Promise<World> => {
      const [ingresses, classes, services, slices, bindings, nodes] = await Promise.all([
        networking.listIngressForAllNamespaces(),
        networking.listIngressClass(),
        core.listServiceForAllNamespaces(),
        discovery.listEndpointSliceForAllNamespaces(),
        listBindings(),
        core.listNode(),
      ])
      return {
        ingresses: typed(ingresses, 'networking.k8s.io/v1', 'Ingress'),
        classes: classes.items,
        services: typed(services, 'v1', 'Service'),
        slices: slices.items,
        nodes: nodes.items,
        bindings: typed(bindings, `${BINDINGS.group}/${BINDINGS.version}`, 'TargetGroupBinding'),
      }
    },
    /** Calls `changed` at every change of anything `read` reads; returns how to stop. */
    watch: async (changed: () => void): Promise<() => Promise<void>> => {
      const informers = Object.entries(lists).map(([path, list]) =>
        makeInformer(config, path, list as () => Promise<KubernetesListObject<KubernetesObject>>),
      )
      let stopped = false
      // Connections end now and then; nothing is missed, as a new one goes on where the last one ended.
      const restart = (informer: (typeof informers)[number]): void => {
        const again = () => stopped || informer.start().catch(() => restart(informer))
        setTimeout(again, RECONNECT_MS).unref()
      }
      for (const informer of informers) {
        for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, changed)
        informer.on('error', () => restart(informer))
        await informer.start()
      }
      return async () => {
        stopped = true
        await Promise.all(informers.map((informer) => informer.stop()))
      }
    },
    /** Refused with 409 when somebody changed the object since it was read. */
    setFinalizers: ({ metadata, ...object }: KubernetesObject, finalizers: string[]): Promise<void> =>
      patch({ metadata, ...object } as KubernetesObject, { resourceVersion: metadata?.resourceVersion, finalizers }),
    setAnnotations: (object: KubernetesObject, annotations: Record<string, string>): Promise<void> =>
      patch(object, { annotations }),
    setIngressAddress: async (ingress: V1Ingress, address: Address): Promise<void> => {
      const body = { status: { loadBalancer: { ingress: [address] } } }
      await networking.patchNamespacedIngressStatus({ ...place(ingress), body }, MERGE)
    },
    setServiceAddress: async (service: V1Service, hostname: string): Promise<void> => {
      const body = { status: { loadBalancer: { ingress: [{ hostname }] } } }
      await core.patchNamespacedServiceStatus({ ...place(service), body }, MERGE)
    },
    setBindingStatus: async (binding: TargetGroupBinding): Promise<void> => {
      const body = { status: { observedGeneration: binding.metadata?.generation } }
      await custom.patchNamespacedCustomObjectStatus({ ...BINDINGS, ...place(binding), body }, MERGE)
    },
    createBinding: async (binding: Omit<TargetGroupBinding, 'apiVersion' | 'kind'>): Promise<void> => {
      const body = { apiVersion: `${BINDINGS.group}/${BINDINGS.version}`, kind: 'TargetGroupBinding', ...binding }
      await custom.createNamespacedCustomObject({ ...BINDINGS, namespace: place(binding).namespace, body })
    },
    deleteBinding: async (binding: TargetGroupBinding): Promise<void> => {
      await custom.deleteNamespacedCustomObject({ ...BINDINGS, ...place(binding) })
    },
  }
}

export type Kubernetes = ReturnType<typeof connect>

export const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 404
