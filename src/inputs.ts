import { PreviewError, type Problem } from './errors.ts'
import type { Mode } from './event.ts'
import { parseSecrets, secretsOf } from './secret-values.ts'
import { SETTING_NAMES, settingProblems } from './settings.ts'

export type Inputs = {
  mode: Mode
  target: string
  cluster: { kind: 'eks'; name: string; region: string } | { kind: 'kubeconfig'; path: string }
  region: string
  namespace: string
  roleToAssume: string | undefined
  githubToken: string
  /** By name of an app, or of an image in own manifests. */
  images: Record<string, string>
  /** By name of an environment variable. */
  secrets: Record<string, string>
  resetDatabase: boolean
  slack: (({ webhookUrl: string } | { token: string; channel: string }) & { apiUrl: string | undefined }) | undefined
  /** Settings that the install ConfigMap may also hold, as written. */
  settings: Record<string, string>
}

/** Inputs that are not settings. With the setting names they are exactly what action.yml lists. */
const OWN_NAMES = [
  'mode',
  'target',
  'cluster',
  'region',
  'kubeconfig',
  'namespace',
  'role-to-assume',
  'github-token',
  'images',
  'secrets',
  'reset-database',
  'slack-webhook-url',
  'slack-token',
  'slack-channel',
  'slack-api-url',
] as const
type Name = (typeof OWN_NAMES)[number]
export const INPUT_NAMES: readonly string[] = [...OWN_NAMES, ...SETTING_NAMES]

const SECRET_INPUTS: readonly Name[] = ['github-token', 'slack-webhook-url', 'slack-token']

/** What must not be seen of the inputs. A webhook's password is its path, and what quotes an address may have encoded it. */
export const secretsIn = (raw: Record<string, string>): string[] =>
  SECRET_INPUTS.flatMap((name) => {
    const secret = raw[name]
    if (secret === undefined) return []
    if (!URL.canParse(secret)) return [secret]
    const { pathname } = new URL(secret)
    return [secret, encodeURIComponent(secret), ...(pathname === '/' ? [] : [pathname, encodeURIComponent(pathname)])]
  }).concat(secretsOf(raw.secrets ?? ''))

/** The runner hands every `with:` key over as INPUT_<KEY>, also those the action does not know. */
export const inputsIn = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) =>
      key.startsWith('INPUT_') && value?.trim() ? [[key.slice('INPUT_'.length).toLowerCase(), value.trim()]] : [],
    ),
  )

/** All problems at once; nothing was asked of any service yet. */
export const parseInputs = (raw: Record<string, string>): Inputs => {
  const get = (name: Name): string => raw[name] ?? ''
  const problems: Problem[] = []
  const check = (good: boolean, message: string, hint: string) => good || problems.push({ message, hint })

  for (const name of Object.keys(raw))
    check(INPUT_NAMES.includes(name), `there is no input ${name}`, `the inputs are ${INPUT_NAMES.join(', ')}`)
  const mode = get('mode') || 'auto'
  check(/^(auto|deploy|teardown|list)$/.test(mode), `mode ${mode} is unknown`, 'use auto, deploy, teardown or list')
  const cluster = get('cluster')
  const region = get('region')
  const kubeconfig = get('kubeconfig')
  check(
    (cluster === '') !== (kubeconfig === ''),
    'set either cluster or kubeconfig',
    'cluster is the name of the EKS cluster, kubeconfig the path of a file',
  )
  // EKS: 1-100 characters; the region's form, so that a typo fails here and not as an unknown host.
  check(
    cluster === '' || /^[0-9A-Za-z][A-Za-z0-9-_]{0,99}$/.test(cluster),
    `cluster ${cluster} is not an EKS cluster name`,
    'copy it from `aws eks list-clusters`',
  )
  check(cluster === '' || region !== '', 'cluster needs region', 'for example region: ap-northeast-1')
  check(
    region === '' || /^[a-z]{2}(-[a-z]+)+-[1-9]$/.test(region),
    `region ${region} is not an AWS region`,
    'for example ap-northeast-1',
  )
  const namespace = get('namespace') || 'previews'
  check(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace),
    `namespace ${namespace} is not a Kubernetes namespace name`,
    'use lower-case letters, digits and hyphens',
  )
  const role = get('role-to-assume')
  check(
    role === '' || /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/.test(role),
    'role-to-assume is not the ARN of an IAM role',
    'for example arn:aws:iam::111122223333:role/eks-preview',
  )
  check(get('github-token') !== '', 'github-token is empty', 'leave it out to use the workflow’s own token')
  check(
    get('slack-token') === '' || get('slack-channel') !== '',
    'slack-token needs slack-channel',
    'set both, or slack-webhook-url alone',
  )
  check(
    get('slack-webhook-url') === '' || get('slack-token') === '',
    'set slack-webhook-url or slack-token, not both',
    'the token can edit its message, the webhook cannot',
  )
  const reset = get('reset-database') || 'false'
  check(
    /^(true|false)$/.test(reset),
    `reset-database ${reset} is neither true nor false`,
    'leave it out to keep the data',
  )
  const images = parseImages(get('images'), problems)
  const secrets = parseSecrets(get('secrets'), problems)
  const settings = Object.fromEntries(
    SETTING_NAMES.flatMap((name) => (raw[name] === undefined ? [] : [[name, raw[name]]])),
  )
  problems.push(...settingProblems(settings))

  if (problems.length > 0)
    throw new PreviewError('BadInput', 'the inputs are not right', {
      problems,
      hint: "correct them in the workflow's `with:`",
    })
  return {
    mode: mode as Mode,
    target: get('target'),
    cluster: kubeconfig === '' ? { kind: 'eks', name: cluster, region } : { kind: 'kubeconfig', path: kubeconfig },
    region,
    namespace,
    roleToAssume: role === '' ? undefined : role,
    githubToken: get('github-token'),
    images,
    secrets,
    resetDatabase: reset === 'true',
    slack: slackOf(get),
    settings,
  }
}

const slackOf = (get: (name: Name) => string): Inputs['slack'] => {
  const apiUrl = get('slack-api-url') || undefined
  if (get('slack-webhook-url') !== '') return { webhookUrl: get('slack-webhook-url'), apiUrl }
  return get('slack-token') === '' ? undefined : { token: get('slack-token'), channel: get('slack-channel'), apiUrl }
}

const parseImages = (text: string, problems: Problem[]): Record<string, string> => {
  const images: Record<string, string> = {}
  for (const line of text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')) {
    const [, app, image] = /^([a-z0-9][a-z0-9._/:-]*)=([^\s=]+)$/.exec(line) ?? []
    if (app !== undefined && image !== undefined && hasVersion(image)) images[app] = image
    else
      problems.push({
        message: `images: ${line} is not understood`,
        hint: 'write app=repository:tag or app=repository@sha256:…, one a line',
      })
  }
  return images
}

const hasVersion = (image: string): boolean => /@sha256:[0-9a-f]{64}$|:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(image)
