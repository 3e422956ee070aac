import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { progressTo } from '../../local/install/progress.ts'
import { istioDefinitions } from '../../local/istio/definitions.ts'
import type { KubeObject } from '../../src/cluster/cluster.ts'
import { findKustomize } from '../../src/kustomize/binary.ts'
import { KUSTOMIZE_BASE } from '../../src/paths.ts'

/** What kustomize-base/README.md tells people to write, as it stands there. */
const [, SHOWN = ''] =
  /^```yaml\n(.*?)^```/ms.exec(await readFile(path.join(KUSTOMIZE_BASE, 'README.md'), 'utf8')) ?? []
const COMPONENTS = (await readdir(KUSTOMIZE_BASE, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && entry.name !== 'app')
  .map(({ name }) => name)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'by-hand-'))
  await cp(KUSTOMIZE_BASE, path.join(folder, 'kustomize-base'), { recursive: true })
})
afterAll(() => rm(folder, { recursive: true }))

const built = async (name: string, text: string): Promise<KubeObject[]> => {
  await mkdir(path.join(folder, name))
  await writeFile(path.join(folder, name, 'kustomization.yaml'), text)
  const kustomize = await findKustomize(process.env.PATH ?? '')
  return kustomize.build(path.join(folder, name))
}

/** Changes nothing; rejects with what the API server has against it. */
const judged = (objects: KubeObject[]) =>
  kubectl(
    ['apply', '--server-side', '--dry-run=server', '-f', '-'],
    objects.map((object) => stringify(object)).join('---\n'),
  )

/** For this test alone. */
const defineIstio = async (): Promise<void> => {
  const definitions = await istioDefinitions(progressTo(process.stderr))
  onTestFinished(async () => void (await kubectl(['delete', '-f', definitions])))
  await kubectl(['apply', '--server-side', '-f', definitions])
  await kubectl(['wait', '--for=condition=Established', '-f', definitions, '--timeout=30s'])
}

const refOf = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.name}`
const at = (value: unknown, ...keys: (string | number)[]): unknown =>
  keys.reduce<unknown>((found, key) => (found as Record<string | number, unknown> | undefined)?.[key], value)

test('the example of the README is an app at a host', async () => {
  const objects = await built('shown', SHOWN)
  const all = Object.fromEntries(objects.map((object) => [object.kind, object]))
  expect(Object.keys(all).sort()).toEqual(['ConfigMap', 'Deployment', 'Ingress', 'Service'])
  for (const { metadata } of objects) {
    expect(metadata.namespace).toBe('previews')
    expect(metadata.name).toMatch(/-mine/)
  }
  expect(at(all.ConfigMap, 'data')).toEqual({ PORT: '3000' })
  expect(at(all.Deployment, 'spec', 'template', 'spec', 'containers', 0)).toMatchObject({
    image: 'registry.example.com/web:1.2',
    envFrom: [{ configMapRef: { name: all.ConfigMap?.metadata.name } }],
  })
  expect(at(all.Deployment, 'spec', 'template', 'metadata', 'labels')).toMatchObject(
    at(all.Service, 'spec', 'selector') as object,
  )
  expect(at(all.Ingress, 'spec', 'rules', 0)).toMatchObject({
    host: 'web.preview.example.com',
    http: { paths: [{ backend: { service: { name: all.Service?.metadata.name, port: { name: 'http' } } } }] },
  })
  expect((await judged(objects)).trim().split('\n')).toHaveLength(4)
})

describe('with a component', () => {
  const NEW: Record<string, string[]> = {
    ingress: [],
    istio: ['VirtualService/app-mine'],
    'load-balancer': [],
    logging: ['ConfigMap/app-logging-mine'],
    migration: ['Job/app-migrate-mine'],
    'node-port': [],
    scale: ['HorizontalPodAutoscaler/app-mine', 'PodDisruptionBudget/app-mine'],
    secret: ['Secret/app-mine'],
    'wait-for': [],
  }
  /** Where in which object, and what stands there. */
  const LEADS: Record<string, (string | number)[][]> = {
    istio: [['VirtualService', 'spec', 'http', 0, 'route', 0, 'destination', 'host', 'app-mine']],
    'load-balancer': [['Service', 'spec', 'loadBalancerClass', 'service.k8s.aws/nlb']],
    migration: [['Job', 'spec', 'template', 'spec', 'containers', 0, 'command', 1, 'up']],
    'node-port': [['Service', 'spec', 'type', 'NodePort']],
    scale: [['HorizontalPodAutoscaler', 'spec', 'scaleTargetRef', 'name', 'app-mine']],
  }
  test('every folder is one', () => expect(COMPONENTS).toEqual(Object.keys(NEW).sort()))

  test.each(Object.entries(NEW))('%s', async (component, expected) => {
    const asked = parse(component === 'migration' ? SHOWN.replaceAll(/^ {2}# (?=- target| {2}patch)/gm, '  ') : SHOWN)
    const others = ['istio', 'load-balancer'].includes(component) ? [] : asked.components
    asked.components = [...new Set([...others, `../kustomize-base/${component}`])]
    const objects = await built(component, stringify(asked))
    expect(objects.map((object) => refOf(object).replace(/-[a-z0-9]{10}$/, ''))).toEqual(
      expect.arrayContaining(['ConfigMap/app-mine', 'Deployment/app-mine', 'Service/app-mine', ...expected]),
    )
    for (const path of LEADS[component] ?? []) {
      const [object] = objects.filter(({ kind }) => kind === path[0])
      expect(at(object, ...path.slice(1, -1))).toBe(path.at(-1))
    }
    if (component === 'istio') await defineIstio()
    await judged(objects)
  })
})
