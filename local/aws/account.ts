import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { CreateAccessEntryCommand, CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks'
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateHostedZoneCommand, ListHostedZonesByNameCommand, Route53Client } from '@aws-sdk/client-route-53'
import type { RootCredentials } from './ministack.ts'
import { publishedPolicy } from './policy.ts'

const REGION = 'us-east-1'
const ACCOUNT = '000000000000'
const ROLE = 'eks-preview'
const CLUSTER_ROLE = 'eks-cluster'
/** The Kubernetes group that install/ binds to the action's Role. */
const GROUP = 'eks-preview'
const ISSUER = 'https://token.actions.githubusercontent.com'
const VPC = { CidrBlock: '10.0.0.0/16', name: 'preview' }
const SUBNETS = [
  { CidrBlock: '10.0.1.0/24', AvailabilityZone: `${REGION}a` },
  { CidrBlock: '10.0.2.0/24', AvailabilityZone: `${REGION}b` },
]

export type AccountOptions = {
  endpoint: string
  root: RootCredentials
  domain: string
  cluster: string
  stateMachine: string
  /** Of the databases; may hold a wildcard, for more than one of them. */
  prepareStateMachine: string
  /** Whose workflow may become the role: what the GitHub token must claim. */
  repository: { owner: string; name: string; id: number; defaultBranch: string; workflowFile: string }
}
export type Account = {
  accountId: string
  region: string
  zoneId: string
  clusterName: string
  roleArn: string
  vpcId: string
  subnetIds: string[]
}
type ClientOptions = { endpoint: string; region: string; credentials: RootCredentials }

/** Makes something that may be there already, which is told by the error's name. */
const ensure = async (creation: Promise<unknown>, ...existing: string[]): Promise<void> => {
  await creation.catch((error: Error) => {
    if (!existing.includes(error.name)) throw error
  })
}

const hostedZone = async (client: Route53Client, domain: string): Promise<string> => {
  const { HostedZones = [] } = await client.send(new ListHostedZonesByNameCommand({ DNSName: domain }))
  const create = () => client.send(new CreateHostedZoneCommand({ Name: domain, CallerReference: domain }))
  const zone = HostedZones.find(({ Name }) => Name === `${domain}.`) ?? (await create()).HostedZone
  return zone?.Id?.replace('/hostedzone/', '') ?? ''
}

const network = async (client: EC2Client): Promise<Pick<Account, 'vpcId' | 'subnetIds'>> => {
  const named = [{ Name: 'tag:Name', Values: [VPC.name] }]
  const tags = [{ ResourceType: 'vpc' as const, Tags: [{ Key: 'Name', Value: VPC.name }] }]
  const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({ Filters: named }))
  const create = () => client.send(new CreateVpcCommand({ CidrBlock: VPC.CidrBlock, TagSpecifications: tags }))
  const vpcId = (Vpcs[0] ?? (await create()).Vpc)?.VpcId ?? ''
  const inside = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand(inside))
  const subnetIds = Subnets.map(({ SubnetId = '' }) => SubnetId)
  for (const subnet of subnetIds.length === 0 ? SUBNETS : []) {
    const made = await client.send(new CreateSubnetCommand({ VpcId: vpcId, ...subnet }))
    subnetIds.push(made.Subnet?.SubnetId ?? '')
  }
  return { vpcId, subnetIds }
}

/** The role as published; run again, it gets the policies of today. */
const actionRole = async (client: IAMClient, trust: string, policy: string): Promise<void> => {
  const provider = { Url: ISSUER, ClientIDList: ['sts.amazonaws.com'] }
  await ensure(
    client.send(new CreateOpenIDConnectProviderCommand(provider)),
    'EntityAlreadyExistsException',
    'EntityAlreadyExists',
  )
  const role = { RoleName: ROLE, AssumeRolePolicyDocument: trust }
  await ensure(client.send(new CreateRoleCommand(role)), 'EntityAlreadyExistsException', 'EntityAlreadyExists')
  await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: ROLE, PolicyDocument: trust }))
  await client.send(new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: ROLE, PolicyDocument: policy }))
}

const eksCluster = async (
  clients: ClientOptions,
  name: string,
  subnetIds: string[],
  roleArn: string,
): Promise<void> => {
  const iam = new IAMClient(clients)
  const eks = new EKSClient(clients)
  const statement = { Effect: 'Allow', Principal: { Service: 'eks.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const clusterRole = { RoleName: CLUSTER_ROLE, AssumeRolePolicyDocument: trust }
  await ensure(iam.send(new CreateRoleCommand(clusterRole)), 'EntityAlreadyExistsException', 'EntityAlreadyExists')
  const cluster = {
    name,
    version: '1.35',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/${CLUSTER_ROLE}`,
    resourcesVpcConfig: { subnetIds },
    accessConfig: { authenticationMode: 'API' as const },
  }
  await ensure(eks.send(new CreateClusterCommand(cluster)), 'ResourceInUseException')
  const entry = { clusterName: name, principalArn: roleArn, kubernetesGroups: [GROUP] }
  await ensure(eks.send(new CreateAccessEntryCommand(entry)), 'ResourceInUseException')
}

/** Everything a platform team has in AWS before its first preview; safe to run again. */
export const setUpAccount = async (options: AccountOptions): Promise<Account> => {
  const clients: ClientOptions = { endpoint: options.endpoint, region: REGION, credentials: options.root }
  const zoneId = await hostedZone(new Route53Client(clients), options.domain)
  const { vpcId, subnetIds } = await network(new EC2Client(clients))
  const { owner, name, id, defaultBranch, workflowFile } = options.repository
  const values = {
    'account-id': ACCOUNT,
    region: REGION,
    cluster: options.cluster,
    domain: options.domain,
    'hosted-zone-id': zoneId,
    'state-machine': options.stateMachine,
    'image-repositories': '*',
    'prepare-state-machine': options.prepareStateMachine,
    owner,
    repository: name,
    'repository-id': String(id),
    'default-branch': defaultBranch,
    'workflow-file': workflowFile,
  }
  const trust = await publishedPolicy('install/iam/trust-policy.json', values)
  await actionRole(new IAMClient(clients), trust, await publishedPolicy('install/iam/role-policy.json', values))
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${ROLE}`
  await eksCluster(clients, options.cluster, subnetIds, roleArn)
  return { accountId: ACCOUNT, region: REGION, zoneId, clusterName: options.cluster, roleArn, vpcId, subnetIds }
}
