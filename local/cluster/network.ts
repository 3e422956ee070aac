import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { finished, type PartStarter } from '../stack/part.ts'
import { addresses } from './addresses.ts'

// Nothing has to be forbidden: the namespace has no other link, so no packet of a pod can leave it.
const links = [
  'link set lo up',
  'link add cni0 type bridge',
  `address add ${addresses.node}/24 dev cni0`,
  `address add ${addresses.clusterDns}/32 dev cni0`,
  'link set cni0 up',
  // kube-proxy rewrites service addresses only of packets that have a route; there is no default one.
  `route add ${addresses.serviceSubnet} dev cni0`,
  // Every address in it is this machine's, without being given one by one.
  `route add local ${addresses.loadBalancerSubnet} dev lo`,
]

export const network: PartStarter = {
  name: 'network',
  start: async () => {
    const batch = promisify(execFile)('ip', ['-batch', '-'])
    batch.child.stdin?.end(links.join('\n'))
    await batch
    await writeFile('/proc/sys/net/ipv4/ip_forward', '1')
    return finished
  },
}
