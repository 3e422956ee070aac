import { kindOf } from '../admission/build.ts'
import { type Fields, mapOf } from '../admission/fields.ts'
import type { KubeObject } from '../cluster/cluster.ts'
import { changedAt } from './fields.ts'
import { hasAll, type Labels, type Mark, marked, selects, unmarked, without } from './label-selector.ts'
import { withPodSpecs } from './pod-templates.ts'

/** The labels of what the build makes, as its author wrote them. */
export type Written = { pods: readonly Labels[]; services: readonly Labels[] }

type Change = (at: unknown) => unknown

/**
 * Every selector of the object, made to find this environment only. Kustomize puts the label into those that have
 * `matchLabels`, whoever they look for, into Services that have none on purpose, and into none that is empty.
 */
export const withSelectors = (object: KubeObject, written: Written, mark: Mark): KubeObject => {
  const { ofKind, inPods } = rules(written, mark)
  const applied = (to: unknown, changes: Record<string, Change>) =>
    Object.entries(changes).reduce((value, [path, change]) => changedAt(value, path, change), to)
  const placed = withPodSpecs(object, (spec) => applied(spec, inPods) as Fields)
  return applied(placed, ofKind[kindOf(object)] ?? {}) as KubeObject
}

/** Changes by kind and by path. */
const rules = ({ pods, services }: Written, mark: Mark) => {
  /** What rules over pods rules over our own, be there any in this build or not. */
  const ruling: Change = (selector) => marked(selector, mark)
  /** What looks for others finds ours or, when no such thing is in this build, what its author meant. */
  const looking =
    (at: readonly Labels[]): Change =>
    (selector) => {
      const written = unmarked(selector, mark)
      return at.some((labels) => selects(mapOf(written), labels)) ? marked(written, mark) : written
    }
  /** Of a map that may say in which namespaces to look: those of others stay as written. */
  const within =
    (field: string, elsewhere: string[], at = pods): Change =>
    (term) => {
      const isElsewhere = elsewhere.some((key) => Object.hasOwn(mapOf(term), key))
      return changedAt(term, field, isElsewhere ? (selector) => unmarked(selector, mark) : looking(at))
    }
  const peer = within('podSelector', ['namespaceSelector'])
  const term = within('labelSelector', ['namespaces', 'namespaceSelector'])
  const service: Change = (spec) => serviceSpec(mapOf(spec), pods, mark)
  const ofKind: Record<string, Record<string, Change>> = {
    Service: { spec: service },
    'Service.serving.knative.dev': { spec: service }, // One to Kustomize.
    'NetworkPolicy.networking.k8s.io': {
      '': (policy) => withPodSelector(mapOf(policy)),
      'spec/podSelector': ruling,
      'spec/ingress/from': peer,
      'spec/egress/to': peer,
    },
    'PodDisruptionBudget.policy': { 'spec/selector': ruling },
    'Rollout.argoproj.io': { 'spec/selector': ruling },
    'PodMonitor.monitoring.coreos.com': { spec: within('selector', ['namespaceSelector']) },
    'ServiceMonitor.monitoring.coreos.com': { spec: within('selector', ['namespaceSelector'], services) },
  }
  const inPods: Record<string, Change> = {
    'affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution': term,
    'affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm': term,
    'affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution': term,
    'affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm': term,
    topologySpreadConstraints: term,
  }
  return { ofKind, inPods }
}

/** Without one, even without a spec, it rules over every pod of the namespace. */
const withPodSelector = (policy: Fields): Fields => {
  const spec = mapOf(policy.spec)
  return { ...policy, spec: { ...spec, podSelector: spec.podSelector ?? {} } }
}

/** One without a selector has its endpoints from elsewhere, and must not have every pod of the environment. */
const serviceSpec = ({ selector, ...others }: Fields, pods: readonly Labels[], mark: Mark): Fields => {
  const written = without(mapOf(selector), mark)
  if (Object.keys(written).length === 0) return others
  return { ...others, selector: pods.some((labels) => hasAll(labels, written)) ? { ...written, ...mark } : written }
}
