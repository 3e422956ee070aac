/** Pods that Pod Security baseline admits and forbids; the end-to-end tests ask the API server for its opinion of them. */

const inContainer = (container: object): object => ({
  containers: [{ name: 'web', image: 'registry.example/web:1', ...container }],
})
const inPod = (spec: object): object => ({ ...inContainer({}), ...spec })
const probe = { httpGet: { path: '/', port: 80 } }

export const ADMITTED: [what: string, spec: object][] = [
  ['nothing asked for', inPod({})],
  ['a user of its own', inPod({ securityContext: { runAsUser: 0, fsGroup: 1, supplementalGroups: [0] } })],
  ['a safe sysctl', inPod({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] } })],
  [
    'a profile',
    inPod({
      securityContext: { seccompProfile: { type: 'RuntimeDefault' }, appArmorProfile: { type: 'RuntimeDefault' } },
    }),
  ],
  [
    'a label of containers',
    inContainer({ securityContext: { seLinuxOptions: { type: 'container_t', level: 's0:c1,c2' } } }),
  ],
  [
    'capabilities that it has anyway',
    inContainer({ securityContext: { capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } } }),
  ],
  [
    'a writable root and escalation',
    inContainer({ securityContext: { privileged: false, allowPrivilegeEscalation: true } }),
  ],
  [
    'an unmasked /proc of users of its own',
    { ...inContainer({ securityContext: { procMount: 'Unmasked' } }), hostUsers: false },
  ],
  ['a port', inContainer({ ports: [{ containerPort: 80, hostPort: 0 }] })],
  ['a probe of itself', inContainer({ readinessProbe: probe, lifecycle: { preStop: probe } })],
  [
    'a folder of its own',
    inPod({
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', nfs: { server: 'files.example', path: '/' } },
      ],
    }),
  ],
]

export const FORBIDDEN: [spec: object, message: string][] = [
  [inPod({ hostNetwork: true }), 'hostNetwork is true'],
  [inPod({ hostPID: true }), 'hostPID is true'],
  [inPod({ hostIPC: true }), 'hostIPC is true'],
  [inPod({ volumes: [{ name: 'a', hostPath: { path: '/' } }] }), 'volumes[a].hostPath is a folder of the node'],
  [
    inPod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
    'securityContext.sysctls sets kernel.msgmax',
  ],
  [
    inPod({ securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    'securityContext.seccompProfile.type is Unconfined',
  ],
  [
    inPod({ securityContext: { windowsOptions: { hostProcess: true } }, hostNetwork: true }),
    'securityContext.windowsOptions.hostProcess is true',
  ],
  [
    inPod({ securityContext: { seLinuxOptions: { user: 'system_u' } } }),
    'securityContext.seLinuxOptions sets a user or a role',
  ],
  [inContainer({ securityContext: { privileged: true } }), 'containers[web].securityContext.privileged is true'],
  [
    inPod({ initContainers: [{ name: 'first', image: 'a:1', securityContext: { privileged: true } }] }),
    'initContainers[first].securityContext.privileged is true',
  ],
  [
    inContainer({ securityContext: { capabilities: { add: ['CHOWN', 'NET_ADMIN', 'SYS_TIME'] } } }),
    'containers[web].securityContext.capabilities.add has NET_ADMIN, SYS_TIME',
  ],
  [
    inContainer({ securityContext: { appArmorProfile: { type: 'Unconfined' } } }),
    'containers[web].securityContext.appArmorProfile.type is Unconfined',
  ],
  [
    inContainer({ securityContext: { seLinuxOptions: { type: 'spc_t' } } }),
    'containers[web].securityContext.seLinuxOptions.type is spc_t',
  ],
  [
    inContainer({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    'containers[web].ports[0].hostPort is 80, a port of the node',
  ],
  [
    inContainer({ livenessProbe: { httpGet: { path: '/', port: 80, host: '169.254.169.254' } } }),
    'containers[web].livenessProbe.httpGet.host is 169.254.169.254, another host than the pod',
  ],
  [
    inContainer({ lifecycle: { preStop: { httpGet: { path: '/', port: 80, host: 'other.example' } } } }),
    'containers[web].lifecycle.preStop.httpGet.host is other.example, another host than the pod',
  ],
]
