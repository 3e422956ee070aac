import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PartStarter } from '../stack/part.ts'
import { until } from '../stack/until.ts'
import { addresses, clusterDomain } from './addresses.ts'

/** Names of Services and pods are answered here, preview hosts by the stack's DNS, and every other name does not exist. */
export const corefile = (kubeconfig: string): string => `${clusterDomain} 10.in-addr.arpa {
  bind ${addresses.clusterDns}
  ready 127.0.0.1:${addresses.dnsReadyPort}
  errors
  kubernetes ${clusterDomain} 10.in-addr.arpa {
    kubeconfig ${kubeconfig}
    ttl 5
  }
}
preview.localhost {
  bind ${addresses.clusterDns}
  errors
  forward . ${addresses.node}
}
. {
  bind ${addresses.clusterDns}
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`

export const clusterDns: PartStarter = {
  name: 'cluster DNS',
  start: async ({ state, options, cluster, spawn }) => {
    const config = join(state.data, 'Corefile')
    await writeFile(config, corefile(cluster.kubeconfig))
    const part = spawn('coredns', options.programs.coredns, ['-conf', config])
    await until('the cluster DNS', 30, async () => (await fetch(`http://127.0.0.1:${addresses.dnsReadyPort}/ready`)).ok)
    return part
  },
}
