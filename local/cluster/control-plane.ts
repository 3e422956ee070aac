import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished, type PartStarter } from '../stack/part.ts'
import { until } from '../stack/until.ts'
import { addresses, serviceAccountIssuer } from './addresses.ts'

const etcdAt = (port: number): string => `http://127.0.0.1:${port}`

export const etcd: PartStarter = {
  name: 'etcd',
  start: async ({ state, spawn }) =>
    spawn('etcd', join(state.bin, 'etcd'), [
      '--name=preview',
      `--data-dir=${join(state.data, 'etcd')}`,
      // A stack that loses power is thrown away: 5 to 14 times faster without waiting for the disk.
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcdAt(addresses.etcdPort)}`,
      `--advertise-client-urls=${etcdAt(addresses.etcdPort)}`,
      `--listen-peer-urls=${etcdAt(addresses.etcdPort + 1)}`,
      `--initial-advertise-peer-urls=${etcdAt(addresses.etcdPort + 1)}`,
      `--initial-cluster=preview=${etcdAt(addresses.etcdPort + 1)}`,
      '--log-level=warn',
    ]),
}

export const apiServer: PartStarter = {
  name: 'kube-apiserver',
  start: async ({ state, cluster, options, spawn }) => {
    const pki = (file: string): string => join(state.pki, file)
    await writeFile(pki('token-webhook.json'), JSON.stringify(tokenWebhook(options.authSecret)), { mode: 0o600 })
    return spawn('kube-apiserver', join(state.bin, 'kube-apiserver'), [
      `--etcd-servers=${etcdAt(addresses.etcdPort)}`,
      // Inside the namespace "everywhere" is this node and its pods.
      '--bind-address=0.0.0.0',
      `--secure-port=${addresses.apiPort}`,
      `--advertise-address=${addresses.node}`,
      `--service-cluster-ip-range=${addresses.serviceSubnet}`,
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      `--client-ca-file=${cluster.ca}`,
      `--service-account-issuer=https://${serviceAccountIssuer}`,
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      `--authentication-token-webhook-config-file=${pki('token-webhook.json')}`,
      '--authentication-token-webhook-version=v1',
      '--authentication-token-webhook-cache-ttl=10s',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      `--kubelet-client-certificate=${pki('admin.crt')}`,
      `--kubelet-client-key=${pki('admin.key')}`,
      `--kubelet-certificate-authority=${cluster.ca}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--profiling=false',
    ])
  },
}

// Bearer tokens are verified by the AWS emulator, as EKS has them verified by IAM. Certificates work without it.
const tokenWebhook = (secret: string): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    {
      name: 'eks',
      cluster: { server: `http://127.0.0.1:4565/_ministack/eks-auth/000000000000/us-east-1/preview/${secret}` },
    },
  ],
  users: [{ name: 'apiserver', user: {} }],
  contexts: [{ name: 'eks', context: { cluster: 'eks', user: 'apiserver' } }],
  'current-context': 'eks',
})

export const controllerManager: PartStarter = {
  name: 'kube-controller-manager',
  start: async ({ state, cluster, spawn }) =>
    spawn('kube-controller-manager', join(state.bin, 'kube-controller-manager'), [
      `--kubeconfig=${cluster.kubeconfigOf('kube-controller-manager')}`,
      `--root-ca-file=${cluster.ca}`,
      `--service-account-private-key-file=${join(state.pki, 'sa.key')}`,
      `--cluster-signing-cert-file=${cluster.ca}`,
      `--cluster-signing-key-file=${join(state.pki, 'ca.key')}`,
      '--use-service-account-credentials=true',
      '--allocate-node-cidrs=false',
      '--leader-elect=false',
      '--secure-port=0',
      // With the default of 20 requests a second the first service account takes twice as long.
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      '--kube-api-content-type=application/vnd.kubernetes.protobuf',
      '--horizontal-pod-autoscaler-sync-period=5s',
      '--profiling=false',
    ]),
}

export const scheduler: PartStarter = {
  name: 'kube-scheduler',
  start: async ({ state, cluster, spawn }) =>
    spawn('kube-scheduler', join(state.bin, 'kube-scheduler'), [
      `--kubeconfig=${cluster.kubeconfigOf('kube-scheduler')}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--profiling=false',
    ]),
}

export const readyApiServer: PartStarter = {
  name: 'API server answers',
  start: async ({ cluster }) => {
    await until('the API server to be ready', 120, () => cluster.get('/readyz'))
    return finished
  },
}
