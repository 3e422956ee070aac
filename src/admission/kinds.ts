import { kindOf, namesOf, type Rule } from './build.ts'

/** What install/role.yaml lets the action manage. */
export const MANAGED_KINDS: readonly string[] = [
  'ConfigMap',
  'PersistentVolumeClaim',
  'Secret',
  'Service',
  'ServiceAccount',
  'Deployment.apps',
  'StatefulSet.apps',
  'HorizontalPodAutoscaler.autoscaling',
  'CronJob.batch',
  'Job.batch',
  'Ingress.networking.k8s.io',
  'NetworkPolicy.networking.k8s.io',
  'PodDisruptionBudget.policy',
]

/** Kubernetes' own. Those of custom resources are not on any list that previews may have by itself. */
const CLUSTER_SCOPED = new Set([
  'ComponentStatus',
  'Node',
  'PersistentVolume',
  'APIService.apiregistration.k8s.io',
  'CertificateSigningRequest.certificates.k8s.io',
  'ClusterRole.rbac.authorization.k8s.io',
  'ClusterRoleBinding.rbac.authorization.k8s.io',
  'CSIDriver.storage.k8s.io',
  'CSINode.storage.k8s.io',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'FlowSchema.flowcontrol.apiserver.k8s.io',
  'IngressClass.networking.k8s.io',
  'IngressClassParams.elbv2.k8s.aws',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  'PriorityClass.scheduling.k8s.io',
  'PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io',
  'RuntimeClass.node.k8s.io',
  'StorageClass.storage.k8s.io',
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io',
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
  'VolumeAttachment.storage.k8s.io',
])

export const isNamespace = (object: Parameters<Rule>[0]): boolean => kindOf(object) === 'Namespace'

export const kinds: Rule = (object, build) => {
  const { allowedKinds, suffix } = build
  const kind = kindOf(object)
  if (isNamespace(object) && namesOf(build, 'Namespace').length > 1)
    return [
      {
        message: 'is not the only namespace of the build: a preview has one, and Kustomize cannot make one of several',
        hint: 'take it out of the kustomization',
      },
    ]
  if (isNamespace(object))
    // In a namespace of its own, the preview's takes its place.
    return suffix === ''
      ? []
      : [
          {
            isWarning: true,
            message: 'is left out: the namespace of previews is not theirs to make',
            hint: 'take it out of the kustomization to hear no more of it',
          },
        ]
  if (CLUSTER_SCOPED.has(kind))
    return [
      {
        message: 'belongs to the whole cluster: every preview, and everybody else, would share it',
        hint: 'take it out of the kustomization; the platform team installs it once',
      },
    ]
  return MANAGED_KINDS.includes(kind) || allowedKinds.includes(kind)
    ? []
    : [
        {
          message: `previews have no objects of the kind ${kind}`,
          hint: `take it out of the kustomization, or ask the platform team to add ${kind} to allowed-kinds in the install ConfigMap and its resource to a ClusterRole with the label eks-preview/rights: environment`,
        },
      ]
}
