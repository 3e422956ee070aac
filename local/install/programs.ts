import { join } from 'node:path'
import { type GoProgram, goProgram } from './go-build.ts'
import type { Progress } from './progress.ts'

export const kubernetesVersion = 'v1.35.4'

const local = join(import.meta.dirname, '..')
const examples = join(local, '../examples')

// Kubernetes keeps its version in two packages: what the servers report, and what clients send as user agent.
const kubernetesVariables = (): Record<string, string> => {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? []
  const values = {
    gitVersion: kubernetesVersion,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: 'modules',
    buildDate: '2026-01-01T00:00:00Z',
  }
  return Object.fromEntries(
    ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) =>
      Object.entries(values).map(([name, value]) => [`${path}.${name}`, value] as const),
    ),
  )
}

const programs = {
  kubebox: {
    source: join(local, 'kubebox'),
    description: `Kubernetes ${kubernetesVersion.slice(1)} from Go modules, 5 to 10 minutes the first time`,
    variables: kubernetesVariables(),
  },
  coredns: { source: join(local, 'coredns'), description: 'the cluster DNS, about 2 minutes the first time' },
  kustomize: {
    source: join(local, 'kustomize'),
    description: 'half a minute the first time',
    variables: { 'sigs.k8s.io/kustomize/api/provenance.version': 'v5.8.1' },
  },
  app: { source: join(local, 'images', 'app'), description: 'the demo application' },
  hello: { source: join(examples, 'minimal', 'hello'), description: 'the app of examples/minimal' },
  app1: {
    source: join(examples, 'two-apps', 'app1'),
    description: 'the first of examples/two-apps, a minute the first time',
  },
  app2: { source: join(examples, 'two-apps', 'app2'), description: 'the second of examples/two-apps' },
  fortune: { source: join(examples, 'omikuji', 'fortune'), description: 'the slips of examples/omikuji' },
  pause: { source: join(local, 'images', 'pause'), description: 'the pod sandbox' },
  shipper: { source: join(local, 'images', 'shipper'), description: 'the stand-in for Fluent Bit' },
} satisfies Record<string, GoProgram>

/** No part of the stack. */
const actionlint: GoProgram = { source: join(local, 'actionlint'), description: 'what checks workflows' }

export type Programs = Record<keyof typeof programs, string>

/** Paths of all programs of the stack, built one after the other: each build already uses every core. */
export const buildPrograms = async (progress: Progress): Promise<Programs> => ({
  kubebox: await goProgram(programs.kubebox, progress),
  coredns: await goProgram(programs.coredns, progress),
  kustomize: await buildKustomize(progress),
  app: await goProgram(programs.app, progress),
  hello: await goProgram(programs.hello, progress),
  app1: await goProgram(programs.app1, progress),
  app2: await goProgram(programs.app2, progress),
  fortune: await goProgram(programs.fortune, progress),
  pause: await goProgram(programs.pause, progress),
  shipper: await goProgram(programs.shipper, progress),
})

export const buildKustomize = (progress: Progress): Promise<string> => goProgram(programs.kustomize, progress)
export const buildActionlint = (progress: Progress): Promise<string> => goProgram(actionlint, progress)
