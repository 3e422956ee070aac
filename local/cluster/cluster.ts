import { mkdir, readFile, symlink } from 'node:fs/promises'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { StackOptions, StatePaths } from '../stack/state.ts'
import { addresses } from './addresses.ts'
import { makeCertificates } from './certificates.ts'
import { writeKubeconfig } from './kubeconfig.ts'

export type Cluster = {
  /** Of the API server, inside the namespaces. */
  endpoint: string
  /** Path of the certificate authority, PEM. */
  ca: string
  /** Path of the admin kubeconfig for programs inside. */
  kubeconfig: string
  /** Path of the kubeconfig of one of the cluster's own programs. */
  kubeconfigOf(program: string): string
  /** The body of an API path, read as admin; throws on every status but 200. */
  get(path: string): Promise<string>
}

const programs = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
]

/** Makes what must exist before the first program starts: certificates, kubeconfigs and the programs' names. */
export const openCluster = async (state: StatePaths, options: StackOptions): Promise<Cluster> => {
  const endpoint = `https://127.0.0.1:${addresses.apiPort}`
  const kubeconfigOf = (program: string): string => join(state.pki, `${program}.kubeconfig`)
  await makeCertificates(state.pki)
  for (const program of ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'eks-preview']) {
    await writeKubeconfig(kubeconfigOf(program), state.pki, program, endpoint)
  }
  await writeKubeconfig(state.kubeconfig, state.pki, 'admin', endpoint)
  const api = options.forwards.find(({ inside }) => inside === addresses.apiPort)
  await writeKubeconfig(state.hostKubeconfig, state.pki, 'admin', `https://127.0.0.1:${api?.outside}`)
  await mkdir(state.bin, { recursive: true })
  for (const program of programs) await symlink(options.programs.kubebox, join(state.bin, program))
  await symlink(options.programs.kustomize, join(state.bin, 'kustomize'))
  return {
    endpoint,
    ca: join(state.pki, 'ca.crt'),
    kubeconfig: state.kubeconfig,
    kubeconfigOf,
    get: await adminGet(endpoint, state.pki),
  }
}

const adminGet = async (endpoint: string, pki: string): Promise<Cluster['get']> => {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'admin.crt', 'admin.key'].map((file) => readFile(join(pki, file))),
  )
  const identity = { ca, cert, key, timeout: 5000 }
  return async (path) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>()
    const asked = request(`${endpoint}${path}`, identity, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer within 5 s')))
    asked.on('error', reject)
    asked.end()
    const { status, body } = await promise
    if (status !== 200) throw new Error(`GET ${path}: HTTP ${status} ${body.slice(0, 300)}`)
    return body
  }
}
