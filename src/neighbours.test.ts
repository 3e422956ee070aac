import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import type { App } from './config-schema.ts'
import { amongNeighbours } from './neighbours.ts'

const shared = { placement: { namespace: 'previews', suffix: '-0123456789ab' }, database: undefined }

const web = (env: Record<string, string>, where = shared): Record<string, string> => {
  const text = JSON.stringify({
    apps: { web: { image: 'web', port: 80, env }, worker: { image: 'worker', port: 3000 } },
  })
  const read = parseConfig(text)
  if (!('config' in read) || 'kustomization' in read.config) throw new Error('the test is wrong')
  const apps = read.config.apps
  return amongNeighbours(apps.web as App, apps, where).env
}

test('another app of the file is reached by its name', () => {
  expect(
    web({
      WORKER_URL: 'http://worker/jobs',
      WORKER_HOST: 'worker',
      BOTH: 'http://worker, http://web:80/healthz',
      INSIDE: 'http://worker.default.svc.cluster.local',
    }),
  ).toEqual({
    WORKER_URL: 'http://worker-0123456789ab/jobs',
    WORKER_HOST: 'worker-0123456789ab',
    BOTH: 'http://worker-0123456789ab, http://web-0123456789ab:80/healthz',
    INSIDE: 'http://worker-0123456789ab.previews.svc.cluster.local',
  })
})

test("a word that is an app's name, and hosts of others, stay", () => {
  const env = {
    ROLE: 'worker',
    TEXT: 'the worker and the web',
    OTHER: 'https://worker.example.com',
    QUEUE: 'worker-jobs',
  }
  expect(web(env)).toEqual(env)
})

test('in a namespace of its own nothing has another name', () => {
  const env = { WORKER_URL: 'http://worker/jobs' }
  expect(web(env, { ...shared, placement: { namespace: 'previews-0123456789ab', suffix: '' } })).toEqual(env)
})
