import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCertificates } from './certificates.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificates-test-'))
  await makeCertificates(folder)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const certificate = async (name: string): Promise<X509Certificate> =>
  new X509Certificate(await readFile(join(folder, `${name}.crt`)))

test('the authority signs all the others and is the only one that may sign', async () => {
  const ca = await certificate('ca')
  expect(ca.ca).toBe(true)
  for (const name of ['apiserver', 'kubelet', 'admin', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy']) {
    const issued = await certificate(name)
    expect(issued.verify(ca.publicKey), name).toBe(true)
    expect(issued.ca, name).toBe(false)
  }
})

test('the API server is known by its service address and names, and the node by its group', async () => {
  const server = await certificate('apiserver')
  expect(server.checkIP('10.96.0.1')).toBe('10.96.0.1')
  expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc')
  expect((await certificate('kubelet')).subject).toBe('O=system:nodes\nCN=system:node:node-1')
})
