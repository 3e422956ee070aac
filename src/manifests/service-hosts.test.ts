import { expect, test } from 'vitest'
import type { KubeObject } from '../cluster/cluster.ts'
import { hostProblems, withRewrittenHosts } from './service-hosts.ts'

const SUFFIX = '-x1'
const base64 = (text: string) => Buffer.from(text).toString('base64')

const build = (suffix: string, hosts: { db: string; api: string }): KubeObject[] => {
  const metadata = (name: string) => ({ name: `${name}${suffix}`, namespace: 'previews' })
  const container = {
    name: 'web',
    command: ['sh', '-c', `until nc -z ${hosts.db} 5432; do sleep 1; done; exec web`],
    args: ['--name', 'db', '--db-host', hosts.db],
    env: [
      { name: 'DB_HOST', value: hosts.db },
      { name: 'DB_NAME', value: 'db' },
      { name: 'DB_USER', valueFrom: { secretKeyRef: { name: 'db', key: 'db' } } },
    ],
    readinessProbe: { exec: { command: ['curl', `http://${hosts.api}/healthz`] } },
    lifecycle: { preStop: { exec: { command: ['wget', `http://${hosts.api}:8080/bye`] } } },
  }
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: metadata('db'), spec: { ports: [{ port: 5432 }] } },
    { apiVersion: 'v1', kind: 'Service', metadata: metadata('api'), spec: { ports: [{ port: 80, targetPort: 8080 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata('web'),
      spec: { template: { spec: { containers: [container], initContainers: [{ name: 'db', image: 'db' }] } } },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadata('tidy'),
      spec: {
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'tidy', args: [`--url=http://${hosts.api}`] }] } } },
        },
      },
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings'), data: { API: `${hosts.api}:80`, db: 'db' } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata('keys'),
      data: { URL: base64(`postgres://u:p@${hosts.db}/db`), key: base64('\u00ff\u00fe') },
    },
  ]
}
const asWritten = build('', { db: 'db', api: 'api' })
const built = build(SUFFIX, { db: 'db', api: 'api' })

test('every place, with its file and what becomes of it', () => {
  const sources = new Map([['apps/Deployment/previews/web-x1', { file: 'k8s/web.yaml' }]])
  const problems = hostProblems(built, asWritten, SUFFIX, sources)
  expect(problems.map(({ message }) => message.replace(/ addresses.*/, ''))).toEqual([
    'Deployment/web-x1: spec.template.spec.containers[web].env[DB_HOST]',
    'Deployment/web-x1: spec.template.spec.containers[web].readinessProbe.exec.command[1]',
    'Deployment/web-x1: spec.template.spec.containers[web].lifecycle.preStop.exec.command[1]',
    'Deployment/web-x1: spec.template.spec.containers[web].command[2]',
    'Deployment/web-x1: spec.template.spec.containers[web].args[3]',
    'CronJob/tidy-x1: spec.jobTemplate.spec.template.spec.containers[tidy].args[0]',
    'ConfigMap/settings-x1: data.API',
    'Secret/keys-x1: data.URL',
  ])
  expect(problems[0]).toEqual({
    message:
      'Deployment/web-x1: spec.template.spec.containers[web].env[DB_HOST] addresses the Service db as db, a host that no preview has',
    hint: 'it is db-x1 there: set rewriteServiceHosts: true in .github/preview.yaml, and the text says so',
    file: 'k8s/web.yaml',
  })
  expect(JSON.stringify(problems)).not.toContain('u:p')
})

test('exactly that is rewritten', () => {
  const rewritten = withRewrittenHosts(built, asWritten, SUFFIX)
  expect(rewritten).toEqual(build(SUFFIX, { db: 'db-x1', api: 'api-x1' }))
  expect(hostProblems(rewritten, asWritten, SUFFIX)).toEqual([])
  expect(withRewrittenHosts(rewritten, asWritten, SUFFIX)).toEqual(rewritten)
})

test('where names are as written there is nothing to say', () => {
  expect(hostProblems(asWritten, asWritten, '')).toEqual([])
  expect(withRewrittenHosts(asWritten, asWritten, '')).toEqual(asWritten)
})
