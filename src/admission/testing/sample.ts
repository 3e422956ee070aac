import type { KubeObject } from '../../cluster/cluster.ts'
import { admit } from '../admit.ts'
import type { Asked } from '../build.ts'

const GROUP = 'alb.ingress.kubernetes.io/group.name'

const asked: Asked = {
  apps: [{ name: 'shop', service: 'web', port: 80, expose: 'ingress', ingress: 'web', images: [] }],
  suffix: '-0123456789ab',
  sharedObjects: ['Secret/mail', 'ServiceAccount/logger'],
  allowedKinds: [],
  ingressAnnotations: { [GROUP]: 'preview' },
  readyProblem: (rule) => (rule === 'ignore' ? undefined : `${rule} is no rule`),
}

const container = { name: 'web', image: 'registry.example/web:1', ports: [{ containerPort: 3000 }] }

/** A build that nothing is wrong with. */
const shop = {
  Deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
    },
  },
  Service: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
  },
  Ingress: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: {
      rules: [
        {
          host: 'shop.example',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } }],
          },
        },
      ],
    },
  },
  ConfigMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { A: '1' } },
}

export type Changes = { [Kind in keyof typeof shop]?: object } & { more?: object[] }

/** What admission says of the shop with these changes, which are merged into its objects, lists as a whole. */
export const judge = ({ more = [], ...changes }: Changes = {}, wish: Partial<Asked> = {}) => {
  const objects = Object.entries(shop).map(([kind, object]) => merged(object, changes[kind as keyof typeof shop]))
  return admit(
    [...objects, ...more].map((object) => ({
      object: object as KubeObject,
      file: `k8s/${(object as KubeObject).kind}.yaml`,
    })),
    { ...asked, ...wish },
  )
}

/** The changes that make this the pod's spec, or its only container. */
export const pod = (spec: object): Changes => ({ Deployment: { spec: { template: { spec } } } })
export const inContainer = (change: object): Changes => pod({ containers: [{ ...container, ...change }] })

const merged = (value: unknown, change: unknown): unknown =>
  isMap(value) && isMap(change)
    ? Object.fromEntries(
        [...new Set([...Object.keys(value), ...Object.keys(change)])].map((key) => [
          key,
          key in change ? merged(value[key], change[key]) : value[key],
        ]),
      )
    : change === undefined
      ? value
      : change

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
