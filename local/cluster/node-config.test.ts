import { BlockList } from 'node:net'
import { expect, test } from 'vitest'
import { addresses } from './addresses.ts'
import { corefile } from './dns.ts'
import { kubeletConfig } from './node-config.ts'

test('no pod can be given an address of the node', () => {
  const pods = new BlockList()
  pods.addRange(addresses.firstPod, addresses.lastPod)
  const node = new BlockList()
  node.addSubnet('10.244.0.0', 24)
  for (const address of [addresses.node, addresses.clusterDns]) {
    expect(pods.check(address)).toBe(false)
    expect(node.check(address)).toBe(true)
  }
})

test('pods ask the address the cluster DNS answers at, in every zone', () => {
  const at = { pki: '/pki', state: '/kubelet', containerd: '/containerd.sock', cgroup: 'mine' }
  expect(kubeletConfig(at)).toMatchObject({ clusterDNS: [addresses.clusterDns], cgroupRoot: '/mine' })
  const zones = corefile('/kubeconfig')
    .split(/^}\n/m)
    .filter((zone) => zone !== '')
  expect(zones.map((zone) => zone.split(' ')[0])).toEqual(['cluster.local', 'preview.localhost', '.'])
  for (const zone of zones) expect(zone).toContain(`bind ${addresses.clusterDns}\n`)
})
