import { awsEmulator, awsParts } from '../aws/parts.ts'
import { apiServer, controllerManager, etcd, readyApiServer, scheduler } from '../cluster/control-plane.ts'
import { clusterDns } from '../cluster/dns.ts'
import { network } from '../cluster/network.ts'
import { containerd, kubelet, kubeProxy, readyNode } from '../cluster/node.ts'
import { databaseParts } from '../databases/parts.ts'
import { mounts } from './mounts.ts'
import type { PartStarter } from './part.ts'

const databases = databaseParts()

/** Every part of the stack, in the order they start. They are closed in the opposite one. */
export const parts: PartStarter[] = [
  mounts,
  network,
  // Whatever takes its time to start does so while others start.
  databases.servers,
  awsEmulator,
  etcd,
  apiServer,
  controllerManager,
  scheduler,
  // The API server needs its time: containerd starts and unpacks images meanwhile.
  containerd,
  readyApiServer,
  kubelet,
  kubeProxy,
  clusterDns,
  readyNode,
  databases.ready,
  ...awsParts(databases.facts),
]
