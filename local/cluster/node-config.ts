import { addresses, clusterDomain, nodeName } from './addresses.ts'

/** No masquerading: nothing outside the bridge can be reached anyway, and applications see who called them. */
export const bridgeConfig = (leases: string): object => ({
  cniVersion: '0.4.0',
  name: 'preview',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: false,
      // A pod may call the Service it is itself behind.
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: leases,
        ranges: [[{ subnet: addresses.podSubnet, rangeStart: addresses.firstPod, rangeEnd: addresses.lastPod }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
})

/** `state` is the kubelet's own folder. */
export const kubeletConfig = (at: { pki: string; state: string; containerd: string; cgroup: string }): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: `${at.pki}/ca.crt` },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: `${at.pki}/kubelet.crt`,
  tlsPrivateKeyFile: `${at.pki}/kubelet.key`,
  containerRuntimeEndpoint: `unix://${at.containerd}`,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${at.cgroup}`,
  failCgroupV1: false,
  failSwapOn: false,
  // The machine's settings are not the stack's to change: error instead of a write (see the private mounts).
  protectKernelDefaults: true,
  makeIPTablesUtilChains: false,
  enforceNodeAllocatable: ['pods'],
  podLogsDir: `${at.state}/pod-logs`,
  volumePluginDir: `${at.state}/volume-plugins`,
  clusterDomain,
  clusterDNS: [addresses.clusterDns],
  resolvConf: '/etc/resolv.conf',
  // A full disk of the machine is not a reason to throw pods and images away.
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '0%',
    'nodefs.inodesFree': '0%',
    'imagefs.available': '0%',
  },
  serializeImagePulls: false,
  syncFrequency: '10s',
  maxPods: 200,
})

export const kubeProxyConfig = (kubeconfig: string): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  clientConnection: { kubeconfig },
  hostnameOverride: nodeName,
  clusterCIDR: addresses.podSubnet,
  bindAddress: addresses.node,
  nodePortAddresses: ['127.0.0.0/8', `${addresses.node}/32`],
  // Connection tracking limits belong to the machine, not to the namespace.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
})
