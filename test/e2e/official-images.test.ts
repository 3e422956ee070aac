import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { openScene, REGISTRY, type Scene } from '../../local/scene.ts'
import { until } from '../../local/stack/until.ts'

/** Images of real programs are what examples stand on: they have to do what the official ones of their names do. */

const namespace = `images-${randomUUID().slice(0, 8)}`
const commit = randomUUID()
let scene: Scene
let work: string

beforeAll(async () => {
  scene = await openScene({ files: {} })
  work = await mkdtemp(path.join(os.tmpdir(), 'official-images-'))
  await kubectl(['create', 'namespace', namespace])
  await kubectl(['wait', '--for=create', 'serviceaccount/default', '-n', namespace, '--timeout=30s'])
})
afterAll(async () => {
  await kubectl(['delete', 'namespace', namespace, '--wait=false'])
  await rm(work, { recursive: true })
  await scene.end()
})

const start = async (name: string, spec: object): Promise<string> => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { restartPolicy: 'Never', ...spec },
  }
  await kubectl(['apply', '-f', '-'], JSON.stringify(pod))
  await kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '-n', namespace, '--timeout=60s'])
  return await kubectl(['get', 'pod', name, '-n', namespace, '-o', 'jsonpath={.status.podIP}'])
}

test('nginx passes on to the image of a commit by a unix socket, with a configuration of a ConfigMap, and quits when told', async () => {
  const server = path.join(work, 'server.js')
  await writeFile(
    server,
    `require('http').createServer((_, answer) => answer.end(process.version + ' ' + process.env.COMMIT)).listen({ path: '/socket/app.sock', writableAll: true })`,
  )
  await scene.buildOn(
    'node',
    'web',
    commit,
    { '/app/server.js': server },
    { WorkingDir: '/app', Cmd: ['node', 'server.js'] },
  )
  const site =
    'upstream app { server unix:/socket/app.sock; } server { listen 80; location / { proxy_pass http://app; } }'
  await kubectl(['create', 'configmap', 'site', '-n', namespace, `--from-literal=default.conf=${site}`])
  const socket = { name: 'socket', mountPath: '/socket' }
  const ip = await start('web', {
    containers: [
      { name: 'app', image: `${REGISTRY}/web:${commit}`, volumeMounts: [socket] },
      {
        name: 'nginx',
        image: await scene.official('nginx'),
        volumeMounts: [socket, { name: 'site', mountPath: '/etc/nginx/conf.d' }],
        readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
      },
    ],
    volumes: [
      { name: 'socket', emptyDir: {} },
      { name: 'site', configMap: { name: 'site' } },
    ],
  })
  const answer = await fetch(`http://${ip}/`)
  expect([answer.headers.get('server'), await answer.text()]).toEqual(['nginx/1.22.1', `${process.version} ${commit}`])
  expect(await kubectl(['logs', 'web', '-c', 'nginx', '-n', namespace])).toContain('"GET / HTTP/1.1" 200')

  await kubectl(['exec', 'web', '-c', 'nginx', '-n', namespace, '--', '/usr/sbin/nginx', '-s', 'quit'])
  const ended = 'jsonpath={.status.containerStatuses[?(@.name=="nginx")].state.terminated.exitCode}'
  const exit = () => kubectl(['get', 'pod', 'web', '-n', namespace, '-o', ended])
  expect(await until('nginx to quit', 30, async () => (await exit()) || undefined)).toBe('0')
})

test('PostgreSQL makes the user and the database that its variables name, and lets in who has the password', async () => {
  const values = { POSTGRES_USER: 'chat', POSTGRES_PASSWORD: `it's ${commit}`, POSTGRES_DB: 'messages' }
  const env = Object.entries(values).map(([name, value]) => ({ name, value }))
  const readinessProbe = { tcpSocket: { port: 5432 }, periodSeconds: 1 }
  const host = await start('postgres', {
    containers: [{ name: 'postgres', image: await scene.official('postgres'), env, readinessProbe }],
  })
  const login = { host, user: 'chat', database: 'messages' }
  const client = new Client({ ...login, password: values.POSTGRES_PASSWORD })
  await client.connect()
  const { rows } = await client.query(`SELECT current_database() AS name, version(), '日本'::text AS text`)
  await client.end()
  expect(rows).toEqual([{ name: 'messages', version: expect.stringMatching(/^PostgreSQL 15\./), text: '日本' }])
  await expect(new Client({ ...login, password: 'another' }).connect()).rejects.toMatchObject({ code: '28P01' })
})

test('Redis answers to whoever reaches the pod', async () => {
  const host = await start('redis', {
    containers: [
      {
        name: 'redis',
        image: await scene.official('redis'),
        readinessProbe: { exec: { command: ['redis-cli', 'ping'] }, periodSeconds: 1 },
      },
    ],
  })
  const socket = connect(6379, host)
  socket.end('SET greeting hello\r\nGET greeting\r\nQUIT\r\n')
  const answer = (await socket.setEncoding('utf8').toArray()).join('')
  expect(answer).toBe('+OK\r\n$5\r\nhello\r\n+OK\r\n')
})
