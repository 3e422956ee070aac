/** containerd's own configuration, version 2. `cni` and `registries` are folders. */
export const containerdConfig = (at: {
  root: string
  state: string
  socket: string
  cni: string
  cniPlugins: string
  registries: string
  pauseImage: string
}): string => `version = 2
root = "${at.root}"
state = "${at.state}"
# Snapshotters and exporters that only log that this machine does not have them.
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
  address = "${at.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${at.pauseImage}"
  disable_apparmor = true
  disable_hugetlb_controller = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${at.cniPlugins}"
    conf_dir = "${at.cni}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${at.registries}"
`
