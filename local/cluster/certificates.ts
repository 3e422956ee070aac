import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { addresses, nodeName } from './addresses.ts'

type Certificate = { name: string; subject: string; usage: string; hosts?: string }

const serviceNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]

const certificates: Certificate[] = [
  {
    name: 'apiserver',
    subject: '/CN=kube-apiserver',
    usage: 'serverAuth',
    hosts: [
      ...['localhost', ...serviceNames].map((name) => `DNS:${name}`),
      ...['127.0.0.1', addresses.node, addresses.kubernetesService].map((ip) => `IP:${ip}`),
    ].join(','),
  },
  {
    name: 'kubelet',
    subject: `/O=system:nodes/CN=system:node:${nodeName}`,
    usage: 'clientAuth,serverAuth',
    hosts: `DNS:${nodeName},IP:${addresses.node}`,
  },
  // What previews have from ACM; their browser is told to trust `ca`.
  { name: 'front-door', subject: '/CN=preview.localhost', usage: 'serverAuth', hosts: 'DNS:*.preview.localhost' },
  { name: 'webhooks', subject: '/CN=webhooks', usage: 'serverAuth', hosts: 'IP:127.0.0.1' },
  { name: 'admin', subject: '/O=system:masters/CN=admin', usage: 'clientAuth' },
  // The action with a kubeconfig: in the group that install/ gives its rights to, as its IAM role is with EKS.
  { name: 'eks-preview', subject: '/O=eks-preview/CN=eks-preview', usage: 'clientAuth' },
  { name: 'kube-controller-manager', subject: '/CN=system:kube-controller-manager', usage: 'clientAuth' },
  { name: 'kube-scheduler', subject: '/CN=system:kube-scheduler', usage: 'clientAuth' },
  { name: 'kube-proxy', subject: '/CN=system:kube-proxy', usage: 'clientAuth' },
]

/** Makes `<name>.crt` and `<name>.key` for every part, their `ca`, and the `sa` key pair that signs service account tokens. */
export const makeCertificates = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // An empty configuration keeps out the extensions a distribution's own openssl.cnf would add.
  await writeFile(join(folder, 'openssl.cnf'), '[req]\ndistinguished_name = dn\n[dn]\n')
  await issue(folder, 'ca', '/CN=eks-preview', [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign,cRLSign',
  ])
  await Promise.all(
    certificates.map(({ name, subject, usage, hosts }) =>
      issue(
        folder,
        name,
        subject,
        [
          'basicConstraints=critical,CA:FALSE',
          `extendedKeyUsage=${usage}`,
          ...(hosts ? [`subjectAltName=${hosts}`] : []),
        ],
        ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key')],
      ),
    ),
  )
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(folder, 'sa.key'), privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
  await writeFile(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
}

const issue = async (
  folder: string,
  name: string,
  subject: string,
  extensions: string[],
  signer: string[] = [],
): Promise<void> => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', join(folder, `${name}.key`)]
  const out = ['-config', join(folder, 'openssl.cnf'), '-days', '3650', '-out', join(folder, `${name}.crt`)]
  const added = extensions.flatMap((extension) => ['-addext', extension])
  await promisify(execFile)('openssl', ['req', '-x509', ...key, ...out, '-subj', subject, ...added, ...signer])
}
