import { afterAll, beforeAll, expect, test } from 'vitest'
import { environmentAt, files, type Home, openHome } from './home.ts'
import { refused } from './refusal.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

let branches = 0
/** A pull request whose host is known before it has a preview. */
const pullRequest = () => {
  const branch = `refuse/host-${branches++}`
  const { number } = home.open(branch, files)
  const { id } = environmentAt(branch)
  return { number, id, host: `${id}-app1.${home.domain}` }
}

const values = (Type: 'A' | 'CNAME' | 'TXT', Name: string, Value: string) => ({
  Name,
  Type,
  TTL: 300,
  ResourceRecords: [{ Value }],
})
const externalDns = '"heritage=external-dns,external-dns/owner=shop,external-dns/resource=ingress/shop/web"'
const otherRepository = (id: string) => `"heritage=eks-preview,env=${id},part=7,life=0"`

type Pr = ReturnType<typeof pullRequest>
test.each([
  ['an A made by hand', ({ host }: Pr) => [values('A', host, '192.0.2.1')], 'somebody else (A 192.0.2.1)'],
  ['a CNAME', ({ host }: Pr) => [values('CNAME', host, 'www.example.com')], 'somebody else (CNAME www.example.com'],
  [
    'an A of external-dns',
    ({ host }: Pr) => [values('A', host, '192.0.2.1'), values('TXT', `a-${host}`, externalDns)],
    'external-dns (owner shop, resource ingress/shop/web)',
  ],
  [
    'the TXT of external-dns in place of ours',
    ({ host }: Pr) => [values('TXT', `_eks-preview.${host}`, externalDns)],
    'external-dns (owner shop, resource ingress/shop/web)',
  ],
  [
    'our TXT, of another repository with the same branch',
    ({ host, id }: Pr) => [values('TXT', `_eks-preview.${host}`, otherRepository(id))],
    'environment ',
  ],
])('%s at the host is left alone', async (_, records, owner) => {
  const pr = pullRequest()
  await home.addRecords(...records(pr))
  const before = await home.records()
  const told = {
    step: 'Render and check',
    object: pr.host,
    cause: `belongs to ${owner}`,
    next: `eks-preview owns only what has its TXT record _eks-preview.${pr.host}`,
  }
  await refused(home, told, () => home.on('opened', pr.number))
  expect(await home.records()).toEqual(before)
})

test('a domain that is not in the hosted zone', async () => {
  const told = {
    step: 'Render and check',
    object: home.stack.aws.zoneId,
    cause: 'cannot hold names below preview.example.com',
    next: 'set hosted-zone-id to the zone of preview.example.com',
  }
  const { number } = pullRequest()
  await refused(home, told, () => home.on('opened', number, { inputs: { domain: 'preview.example.com' } }))
})

test('a hosted zone that the role may not see', async () => {
  const told = { step: 'Render and check', object: 'Z0NOTHERE', cause: 'AWS refused', next: 'check hosted-zone-id' }
  const { number } = pullRequest()
  await refused(home, told, () => home.on('opened', number, { inputs: { 'hosted-zone-id': 'Z0NOTHERE' } }))
})
