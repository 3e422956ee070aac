import { readFileSync } from 'node:fs'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { until } from '../../local/stack/until.ts'
import type { Home } from './home.ts'

/** Gives a home what install/namespaces/ gives, for the namespaces of its own previews; returns what takes it away again. */
export const giveNamespaces = async ({ namespace }: Home): Promise<() => Promise<void>> => {
  const rights = ['role', 'policy']
    .map((name) => readFileSync(`install/namespaces/${name}.yaml`, 'utf8'))
    .join('---\n')
    .replaceAll('eks-preview-namespaces', `eks-preview-${namespace}`)
    .replaceAll('^previews-', `^${namespace}-`)
  await kubectl(['apply', '-f', '-'], rights)
  // The API server hears of a policy a moment later.
  const trial = ['create', 'namespace', 'something', '--as=somebody', '--as-group=eks-preview', '--dry-run=server']
  await until('the policy', 30, async () =>
    kubectl(trial).then(
      () => false,
      () => true,
    ),
  )
  return async () => {
    await kubectl(['delete', '--ignore-not-found', '-f', '-'], rights)
  }
}
