import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { type ErrorCode, PreviewError } from '../errors.ts'
import { bearerFrom } from './bearer.ts'
import type { Connection } from './connection.ts'

export type KubeconfigSource = { file: string } | { content: string }

/** Runs the user's exec plug-in, when there is one: it may give a certificate, which is needed before the first request. */
export const connectionFromKubeconfig = async (source: KubeconfigSource, context?: string): Promise<Connection> => {
  const config = load(source, context)
  const cluster = config.getCurrentCluster()
  const user = config.getCurrentUser()
  if (cluster === null || user === null) throw noContext(config, source, context)
  // Dropping either would reach the cluster by another way, or as somebody else, than the file says.
  if (cluster.proxyUrl) throw failure('BadInput', source, 'has a proxy-url', 'set HTTPS_PROXY for the step instead')
  if (user.impersonateUser)
    throw failure('BadInput', source, 'impersonates a user', 'name a user that is allowed to do what is needed')
  const options = await authenticated(config, source)
  const isRenewable = Boolean(user.exec ?? user.authProvider)
  return {
    server: cluster.server,
    ...(options.ca ? { ca: String(options.ca) } : {}),
    ...(options.cert ? { cert: String(options.cert) } : {}),
    ...(options.key ? { key: String(options.key) } : {}),
    ...(cluster.tlsServerName ? { serverName: cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { insecure: true } : {}),
    ...(tokenOf(options) === undefined
      ? {}
      : {
          // A KubeConfig keeps what its plug-in said; a new one asks the plug-in anew.
          bearer: bearerFrom(async (renew) => {
            const fresh = renew && isRenewable ? await authenticated(load(source, context), source) : options
            return tokenOf(fresh) ?? ''
          }),
        }),
  }
}

const load = (source: KubeconfigSource, context: string | undefined): KubeConfig => {
  const config = new KubeConfig()
  try {
    if ('file' in source) config.loadFromFile(source.file)
    else config.loadFromString(source.content)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw failure('NotFound', source, 'does not exist', 'check the input kubeconfig', cause)
    throw failure('BadInput', source, 'cannot be read', 'check that it is a whole kubeconfig in YAML', cause)
  }
  if (context !== undefined) config.setCurrentContext(context)
  return config
}

const authenticated = async (config: KubeConfig, source: KubeconfigSource): Promise<RequestOptions> => {
  const options: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (cause) {
    const command = config.getCurrentUser()?.exec?.command
    const hint = command ? `run \`${command}\` by hand on this runner` : 'check the files and the user it names'
    throw failure('AccessDenied', source, `gives no credentials for user ${config.getCurrentUser()?.name}`, hint, cause)
  }
  return options
}

const tokenOf = ({ headers }: RequestOptions): string | undefined => {
  const value = (headers as Record<string, string> | undefined)?.Authorization
  return value?.replace(/^Bearer /, '')
}

const noContext = (config: KubeConfig, source: KubeconfigSource, context: string | undefined): PreviewError => {
  const names = config.getContexts().map(({ name }) => name)
  const what = context === undefined ? 'has no usable current-context' : `has no usable context ${context}`
  return failure('BadInput', source, what, `name one of its contexts: ${names.join(', ') || 'it has none'}`)
}

const failure = (code: ErrorCode, source: KubeconfigSource, what: string, hint: string, cause?: unknown) => {
  const object = 'file' in source ? source.file : 'inline'
  return new PreviewError(code, `the kubeconfig ${object === 'inline' ? 'in the input' : object} ${what}`, {
    object,
    hint,
    cause,
  })
}
