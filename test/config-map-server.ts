import { afterEach, beforeEach, expect } from 'vitest'
import { kubernetes } from '../src/cluster/api.ts'
import type { Cluster } from '../src/cluster/cluster.ts'
import type { Connection } from '../src/cluster/connection.ts'
import { type Scripted, startScripted } from './scripted-server.ts'

export const log = { info: () => {}, warning: () => {}, debug: () => {} }

export const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'previews' },
  data: { x: '1' },
}
export const stored = { ...configMap, metadata: { ...configMap.metadata, uid: 'u1', resourceVersion: '7' } }
export const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'previews', name: 'a' }

/** Before each test a scripted API server of its own; after it, everything scripted must have been asked for. */
export const withScriptedServer = () => {
  const now = {} as { server: Scripted; cancel: AbortController }
  const opened: Cluster[] = []
  beforeEach(async () => {
    Object.assign(now, { server: await startScripted(), cancel: new AbortController() })
  })
  afterEach(async () => {
    for (const cluster of opened.splice(0)) await cluster.close()
    await now.server.close()
    expect(now.server.script).toEqual([])
  })
  return {
    now,
    open: (more: Partial<Connection> = {}): Cluster => {
      const { server, ca } = now.server
      const cluster = kubernetes({ server, ca, ...more }, { log, signal: now.cancel.signal })
      opened.push(cluster)
      return cluster
    },
    apply: (cluster: Cluster, object = configMap) => cluster.apply(object, { dryRun: false, force: false }),
  }
}
