import type { V1Service } from '@kubernetes/client-node'
import { type Mutation, webhookConfiguration } from '../cluster/webhooks.ts'
import { LOAD_BALANCER_CLASS } from './service-model.ts'

const PATH = '/mutate-v1-service'

const loadBalancerClass: Mutation = ({ object }) => {
  const spec = object.spec as V1Service['spec']
  if (spec?.type !== 'LoadBalancer' || spec.loadBalancerClass) return []
  return [{ op: 'add', path: '/spec/loadBalancerClass', value: LOAD_BALANCER_CLASS }]
}

/** Makes the controller the one for every new Service of type LoadBalancer that names nobody else. */
export const serviceMutation = { [PATH]: loadBalancerClass }

/** As the chart installs it: without the controller no Service is made. */
export const serviceWebhook = (ca: Buffer): object =>
  webhookConfiguration(
    'aws-load-balancer-webhook',
    { name: 'mservice.elbv2.k8s.aws', resource: 'services', path: PATH, failurePolicy: 'Fail' },
    ca,
  )
