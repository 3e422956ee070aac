import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pauseImage } from '../images/build.ts'
import { cniFolder } from '../install/packages.ts'
import { cgroupName, makeCgroups } from '../stack/cgroups.ts'
import { finished, type PartStarter } from '../stack/part.ts'
import { until } from '../stack/until.ts'
import { addresses, nodeInstance, nodeName, nodeZone } from './addresses.ts'
import { containerdConfig } from './containerd-config.ts'
import { bridgeConfig, kubeletConfig, kubeProxyConfig } from './node-config.ts'

const writeJson = async (path: string, value: object): Promise<string> => {
  await writeFile(path, JSON.stringify(value, null, 2))
  return path
}

export const containerd: PartStarter = {
  name: 'containerd and images',
  start: async ({ state, options, images, spawn }) => {
    const { registries } = state
    const cni = join(state.data, 'cni')
    await mkdir(cni, { recursive: true })
    await mkdir(join(registries, '_default'), { recursive: true })
    await writeJson(join(cni, '10-bridge.conflist'), bridgeConfig(join(state.data, 'leases')))
    // Every registry is a closed port, so that an image that is not here fails at once.
    await writeFile(join(registries, '_default', 'hosts.toml'), 'server = "http://127.0.0.1:9"\n')
    const config = join(state.data, 'containerd.toml')
    await writeFile(
      config,
      containerdConfig({
        root: join(state.data, 'containerd'),
        state: join(state.data, 'run'),
        socket: state.containerd,
        cni,
        cniPlugins: cniFolder() ?? '/usr/lib/cni',
        registries,
        pauseImage,
      }),
    )
    const part = spawn('containerd', 'containerd', ['--config', config])
    await until('containerd', 30, async () => {
      await images.list()
      return true
    })
    for (const archive of Object.values(options.images)) await images.importArchive(archive)
    return part
  },
}

export const kubelet: PartStarter = {
  name: 'kubelet',
  start: async ({ state, cluster, spawn }) => {
    const folder = join(state.data, 'kubelet')
    await mkdir(folder, { recursive: true })
    await makeCgroups(state.root)
    const config = await writeJson(
      join(state.data, 'kubelet.json'),
      kubeletConfig({ pki: state.pki, state: folder, containerd: state.containerd, cgroup: cgroupName(state.root) }),
    )
    return spawn('kubelet', join(state.bin, 'kubelet'), [
      `--config=${config}`,
      `--kubeconfig=${cluster.kubeconfigOf('kubelet')}`,
      `--root-dir=${folder}`,
      `--cert-dir=${join(folder, 'pki')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${addresses.node}`,
      `--provider-id=aws:///${nodeZone}/${nodeInstance}`,
    ])
  },
}

export const kubeProxy: PartStarter = {
  name: 'kube-proxy',
  start: async ({ state, cluster, spawn }) => {
    const config = await writeJson(
      join(state.data, 'kube-proxy.json'),
      kubeProxyConfig(cluster.kubeconfigOf('kube-proxy')),
    )
    return spawn('kube-proxy', join(state.bin, 'kube-proxy'), [`--config=${config}`])
  },
}

export const readyNode: PartStarter = {
  name: 'node Ready',
  start: async ({ cluster }) => {
    await until('the node to be Ready', 90, async () => isReady(await cluster.get(`/api/v1/nodes/${nodeName}`)))
    // Pods are refused until it is there.
    await until('the default service account', 60, () =>
      cluster.get('/api/v1/namespaces/default/serviceaccounts/default'),
    )
    await until(
      'kube-proxy',
      30,
      async () => (await fetch(`http://127.0.0.1:${addresses.kubeProxyHealthPort}/healthz`)).ok,
    )
    return finished
  },
}

type Condition = { type: string; status: string }

const isReady = (node: string): boolean => {
  const { status } = JSON.parse(node) as { status?: { conditions?: Condition[] } }
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}
