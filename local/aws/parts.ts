import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { DatabaseOptions } from '../../checks/database/options.ts'
import { deployChecks } from '../../checks/deployment.ts'
import { startAlbController } from '../alb/controller.ts'
import { serviceMutation, serviceWebhook } from '../alb/service-webhook.ts'
import { addresses, loadBalancerAddress, nodeInstance } from '../cluster/addresses.ts'
import { podIdentityMutation, podIdentityWebhook } from '../cluster/pod-identity.ts'
import { startWebhooks } from '../cluster/webhooks.ts'
import type { DatabaseFacts, DatabaseServers } from '../databases/parts.ts'
import { startDns } from '../front-door/dns.ts'
import { type FrontDoor, startFrontDoor } from '../front-door/front-door.ts'
import { cacheRoot } from '../install/cache.ts'
import { finished, type PartStarter, type StackContext } from '../stack/part.ts'
import { writeState } from '../stack/state.ts'
import { type Account, setUpAccount } from './account.ts'
import { type Aws, startAws } from './aws.ts'
import { type RootCredentials, startMinistack } from './ministack.ts'
import { type PodsFacts, setUpPods } from './pods.ts'
import { setUpTwoApps, TWO_APPS, type TwoAppsFacts } from './two-apps.ts'

/** What programs inside need to use the stack's AWS; `root` is for tests and set-up, never for the action. */
export type AwsFacts = Account & {
  endpoint: string
  root: RootCredentials
  stateMachineArn: string
  reportBucket: string
  /** Each with the state machine that prepares its databases. */
  databases: Record<keyof DatabaseServers, DatabaseFacts & { prepareArn: string }>
  pods: PodsFacts
  twoApps: TwoAppsFacts
}

export const DOMAIN = 'preview.localhost'
/** The only repository whose workflow may become the action's role. The local GitHub gives its first repository this id. */
export const REPOSITORY = {
  owner: 'acme',
  name: 'shop',
  id: 900000001,
  defaultBranch: 'main',
  workflowFile: 'preview.yml',
}

const CLUSTER = 'preview'
const CHECKS = 'eks-preview-checks'
/** A stack has one database server: the second one is for its state machine `prepare` only. */
const POSTGRES_CHECKS = `${CHECKS}-postgres`
const REGION = 'us-east-1'
const MINISTACK_PORT = 4565
const AWS_PORT = 4566
const ROOT = path.join(import.meta.dirname, '../..')

const rootOf = ({ options }: StackContext): RootCredentials => ({
  accessKeyId: 'AKIALOCALROOT0000000',
  secretAccessKey: options.authSecret,
})

/** Before the API server, which asks it whose tokens are good. */
export const awsEmulator: PartStarter = {
  name: 'AWS emulator',
  start: (context) =>
    startMinistack({
      python: context.options.python,
      port: MINISTACK_PORT,
      state: path.join(context.state.data, 'ministack'),
      root: rootOf(context),
      eks: { endpoint: context.cluster.endpoint, caFile: context.cluster.ca, authSecret: context.options.authSecret },
      // Its Lambda functions run on the first node of the PATH.
      path: `${path.dirname(process.execPath)}:${process.env.PATH}`,
      spawn: context.spawn,
    }),
}

/** AWS and what a platform team has set up there and in the cluster; each part uses what the ones before it found out. */
export const awsParts = (databases: () => DatabaseServers): PartStarter[] => {
  let aws: Aws
  let account: Account
  let twoApps: TwoAppsFacts
  let door: FrontDoor
  const served = () => aws.servedRecords(account.zoneId)
  const clients = (context: StackContext) => ({ endpoint: aws.endpoint, credentials: rootOf(context) })

  return [
    {
      name: 'AWS',
      start: async (context) => {
        aws = await startAws({
          port: AWS_PORT,
          alsoAt: addresses.node,
          upstream: `http://127.0.0.1:${MINISTACK_PORT}`,
          root: rootOf(context),
        })
        return aws
      },
    },
    {
      name: 'checks and account',
      start: async (context) => {
        const root = rootOf(context)
        const { endpoint } = aws
        const { mysql, postgres } = databases()
        const deploy = async (stackName: string, engine: keyof DatabaseServers, facts: DatabaseFacts) =>
          deployChecks({
            stackName,
            domain: DOMAIN,
            aws: { region: REGION, ...clients(context) },
            database: await databaseOptions(clients(context), engine, facts),
            queues: [`jobs=${TWO_APPS.queue}`],
            buckets: [`uploads=${TWO_APPS.bucket}`],
            cache: cacheRoot(),
            log: () => {},
          })
        const checks = await deploy(CHECKS, 'mysql', mysql)
        const { stateMachineArn, reportBucket, prepareArn = '' } = checks
        const other = await deploy(POSTGRES_CHECKS, 'postgres', postgres)
        account = await setUpAccount({
          endpoint,
          root,
          domain: DOMAIN,
          cluster: CLUSTER,
          stateMachine: CHECKS,
          prepareStateMachine: `${CHECKS}*-prepare`,
          repository: REPOSITORY,
        })
        const inRegion = { ...clients(context), region: REGION }
        const pods = await setUpPods(inRegion, account.accountId)
        twoApps = await setUpTwoApps(inRegion, { account: account.accountId, ...pods })
        await writeState(context.state.aws, {
          ...account,
          endpoint,
          root,
          stateMachineArn,
          reportBucket,
          databases: {
            mysql: { ...mysql, prepareArn },
            postgres: { ...postgres, prepareArn: other.prepareArn ?? '' },
          },
          pods,
          twoApps,
        } satisfies AwsFacts)
        return finished
      },
    },
    {
      name: 'webhooks',
      start: async ({ state, cluster }) => {
        const endpoint = `http://${addresses.node}:${AWS_PORT}`
        return startWebhooks(state.pki, {
          ...podIdentityMutation({ region: REGION, endpoint, get: cluster.get }),
          ...serviceMutation,
        })
      },
    },
    {
      name: 'install/ and the ALB controller',
      start: async (context) => {
        await kubectl(context, 'apply', '-k', path.join(ROOT, 'install'))
        const ca = await readFile(context.cluster.ca)
        await applyObjects(context, [
          podIdentityWebhook(ca),
          serviceWebhook(ca),
          serviceAccountWithRole('previews', twoApps.serviceAccount, twoApps.roleArn),
        ])
        await kubectl(context, 'apply', '-f', path.join(ROOT, 'local/alb/manifests.yaml'))
        await kubectl(
          context,
          'wait',
          '--for=condition=Established',
          'crd/targetgroupbindings.elbv2.k8s.aws',
          '--timeout=30s',
        )
        return startAlbController({
          kubeconfig: context.cluster.kubeconfig,
          cluster: CLUSTER,
          aws: clients(context),
          network: account,
          log: context.log,
        })
      },
    },
    {
      name: 'front door',
      start: async (context) => {
        const pem = (file: string) => readFile(path.join(context.state.pki, file), 'utf8')
        door = await startFrontDoor({
          hosts: ['127.0.0.1', addresses.node],
          port: context.publicPort,
          tls: { port: context.options.httpsPort, cert: await pem('front-door.crt'), key: await pem('front-door.key') },
          aws: clients(context),
          records: served,
          instances: { [nodeInstance]: addresses.node },
          addressAt: loadBalancerAddress,
          log: context.log,
        })
        return door
      },
    },
    {
      name: 'DNS',
      start: () =>
        startDns({
          addresses: ['127.0.0.1:53', `${addresses.node}:53`],
          zone: `${DOMAIN}.`,
          records: served,
          addressOf: door.addressOf,
        }),
    },
  ]
}

/** The admin's secret is what a platform team has already. */
const databaseOptions = async (
  clients: { endpoint: string; credentials: RootCredentials },
  engine: keyof DatabaseServers,
  { admin, host, names, port }: DatabaseFacts,
): Promise<DatabaseOptions> => {
  const secrets = new SecretsManagerClient({ ...clients, region: REGION })
  const secret = { Name: `${engine}-admin`, SecretString: JSON.stringify(admin) }
  const { ARN = '' } = await secrets.send(new CreateSecretCommand(secret))
  return { engine, host, port, names: names.join(','), adminSecretArn: ARN, tls: false }
}

/** As `eksctl create iamserviceaccount` leaves it. */
const serviceAccountWithRole = (namespace: string, name: string, roleArn: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace, name, annotations: { 'eks.amazonaws.com/role-arn': roleArn } },
})

const applyObjects = async (context: StackContext, items: readonly object[]): Promise<void> => {
  const file = path.join(context.state.data, 'objects.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await kubectl(context, 'apply', '-f', file)
}

const kubectl = async ({ state, cluster }: StackContext, ...args: string[]): Promise<void> => {
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig }
  await promisify(execFile)(path.join(state.bin, 'kubectl'), args, { env, timeout: 60_000 })
}
