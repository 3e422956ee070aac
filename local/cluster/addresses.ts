/** Inside the stack's own network namespace these are always free. */
export const addresses = {
  /** The node's address: the bridge every pod is on. */
  node: '10.244.0.1',
  podSubnet: '10.244.0.0/24',
  firstPod: '10.244.0.16',
  lastPod: '10.244.0.254',
  /** The account's network, where network load balancers have their addresses. */
  loadBalancerSubnet: '10.0.0.0/16',
  serviceSubnet: '10.96.0.0/16',
  kubernetesService: '10.96.0.1',
  /** Not a Service: names must resolve before the first Service does, and kube-proxy refuses unknown service addresses. */
  clusterDns: '10.244.0.2',
  apiPort: 6443,
  etcdPort: 2379,
  mysqlPort: 3306,
  postgresPort: 5432,
  dnsReadyPort: 8181,
  webhookPort: 9443,
  kubeProxyHealthPort: 10256,
} as const

/** Taken by the cluster, the database servers and the AWS, GitHub and Slack servers, so none can be the previews' port. */
export const insidePorts = [
  53, 2379, 2380, 3306, 4565, 4566, 5432, 6443, 8081, 8082, 8181, 9443, 10248, 10249, 10250, 10256,
]

/** Of the tokens that pods get. */
export const serviceAccountIssuer = 'kubernetes.default.svc'

/** The nth address of a network load balancer, from 0: they begin in the account's first subnet. */
export const loadBalancerAddress = (n: number): string => `10.0.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`

export const nodeName = 'node-1'
/** The node as EC2 knows it: the target of load balancers that reach pods through a port of every node. */
export const nodeInstance = 'i-0123456789abcdef0'
export const nodeZone = 'us-east-1a'
export const clusterDomain = 'cluster.local'
