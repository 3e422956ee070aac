import type { Finding, Rule } from './build.ts'
import { entriesOf, type Fields, listOf, mapOf, shown, textOf } from './fields.ts'
import { podSpecsIn } from './pod-specs.ts'

/** Kubernetes' Pod Security Standards, level baseline: install/ has the namespace of previews enforce it on pods. */

/** What a container may add to what it has. */
const CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])
/** Those that the kernel keeps apart for each pod. */
const SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
])
const SELINUX_TYPES = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']

export const podSecurity: Rule = (object) =>
  podSpecsIn(object).flatMap(({ path, fields, containers }) => [
    ...['hostNetwork', 'hostPID', 'hostIPC']
      .filter((key) => fields[key] === true)
      .map((key) => forbidden(`${path}.${key} is true`)),
    ...inContext(fields.securityContext, `${path}.securityContext`),
    ...sysctls(fields.securityContext, `${path}.securityContext`),
    ...entriesOf(fields.volumes, `${path}.volumes`)
      .filter(({ fields }) => fields.hostPath !== undefined)
      .map(({ path }) => forbidden(`${path}.hostPath is a folder of the node`)),
    ...containers.flatMap((container) => inContainer(container, fields.hostUsers === false)),
  ])

const forbidden = (message: string): Finding => ({
  message: `${message}, which Pod Security baseline forbids`,
  hint: 'remove it: the namespace of previews admits no such pod',
})

const inContainer = ({ path, fields }: { path: string; fields: Fields }, hasOwnUsers: boolean): Finding[] => {
  const context = mapOf(fields.securityContext)
  const { privileged, procMount, capabilities } = context
  const added = listOf(mapOf(capabilities).add).filter((name) => !CAPABILITIES.has(shown(name)))
  return [
    ...(privileged === true ? [forbidden(`${path}.securityContext.privileged is true`)] : []),
    ...(procMount === 'Unmasked' && !hasOwnUsers ? [forbidden(`${path}.securityContext.procMount is Unmasked`)] : []),
    ...(added.length > 0
      ? [forbidden(`${path}.securityContext.capabilities.add has ${added.map(shown).join(', ')}`)]
      : []),
    ...inContext(context, `${path}.securityContext`),
    ...entriesOf(fields.ports, `${path}.ports`)
      .filter(({ fields }) => fields.hostPort !== undefined && fields.hostPort !== 0)
      .map(({ path, fields }) => forbidden(`${path}.hostPort is ${shown(fields.hostPort)}, a port of the node`)),
    ...otherHosts(fields, path),
  ]
}

/** What a pod and a container have alike. */
const inContext = (context: unknown, path: string): Finding[] => {
  const { seccompProfile, appArmorProfile, windowsOptions, seLinuxOptions } = mapOf(context)
  const { type, user, role } = mapOf(seLinuxOptions)
  return [
    ...(mapOf(seccompProfile).type === 'Unconfined' ? [forbidden(`${path}.seccompProfile.type is Unconfined`)] : []),
    ...(mapOf(appArmorProfile).type === 'Unconfined' ? [forbidden(`${path}.appArmorProfile.type is Unconfined`)] : []),
    ...(mapOf(windowsOptions).hostProcess === true ? [forbidden(`${path}.windowsOptions.hostProcess is true`)] : []),
    ...(type !== undefined && type !== '' && !SELINUX_TYPES.includes(shown(type))
      ? [forbidden(`${path}.seLinuxOptions.type is ${shown(type)}`)]
      : []),
    ...(textOf(user) || textOf(role) ? [forbidden(`${path}.seLinuxOptions sets a user or a role`)] : []),
  ]
}

const sysctls = (context: unknown, path: string): Finding[] =>
  listOf(mapOf(context).sysctls)
    .map((one) => shown(mapOf(one).name))
    .filter((name) => !SYSCTLS.has(name))
    .map((name) => forbidden(`${path}.sysctls sets ${name}`))

/** The kubelet would send requests to any address that it reaches. */
const otherHosts = (container: Fields, path: string): Finding[] => {
  const { postStart, preStop } = mapOf(container.lifecycle)
  const asked = {
    livenessProbe: container.livenessProbe,
    readinessProbe: container.readinessProbe,
    startupProbe: container.startupProbe,
    'lifecycle.postStart': postStart,
    'lifecycle.preStop': preStop,
  }
  return Object.entries(asked).flatMap(([name, handler]) =>
    ['httpGet', 'tcpSocket'].flatMap((way) => {
      const host = textOf(mapOf(mapOf(handler)[way]).host)
      return host ? [forbidden(`${path}.${name}.${way}.host is ${host}, another host than the pod`)] : []
    }),
  )
}
