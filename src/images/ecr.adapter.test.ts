import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asActionRole, startTrialAws, type TrialAws } from '../../local/aws/trial-aws.ts'
import { type ImageRegistry, imageRegistry } from '../../local/images/registry.ts'
import { scriptedAws } from '../../test/scripted-aws.ts'
import { awsDefaults } from '../aws/client.ts'
import { ecr } from './ecr.ts'
import { ecrImageOf } from './ecr-image.ts'
import type { Registry } from './registry.ts'

const { signal } = new AbortController()
const HOST = '000000000000.dkr.ecr.us-east-1.amazonaws.com'
const DIGEST = `sha256:${'0'.repeat(64)}`
const image = (reference: string) => {
  const found = ecrImageOf(reference)
  if (found === undefined) throw new Error(`${reference} is not in ECR`)
  return found
}

describe('under the published policy', () => {
  let aws: TrialAws
  let pushes: ImageRegistry
  let registry: Registry
  beforeAll(async () => {
    aws = await startTrialAws()
    pushes = imageRegistry({ endpoint: aws.upstream, region: aws.account.region, credentials: aws.root })
    const credentials = await asActionRole(aws)
    registry = ecr({ aws: { ...awsDefaults, endpoint: aws.endpoint, credentials }, region: 'us-east-1', signal })
  })
  afterAll(() => aws.close())

  test('an image is there once it is pushed', async () => {
    expect(await registry.look(image(`${HOST}/shop/late:abc`))).toBe('no repository')
    await pushes.push('shop/late', 'other')
    expect(await registry.look(image(`${HOST}/shop/late:abc`))).toBe('not there')
    expect(await registry.look(image(`${HOST}/shop/late@${DIGEST}`))).toBe('not there')
    await pushes.push('shop/late', 'abc')
    expect(await registry.look(image(`${HOST}/shop/late:abc`))).toBe('there')
  })

  test('what is pushed is listed with its age', async () => {
    await pushes.push('shop/listed', 'one')
    await pushes.push('shop/listed', 'two')
    const pushed = await registry.pushed(image(`${HOST}/shop/listed:none`))
    expect(pushed.map(({ tags }) => tags)).toEqual([['one'], ['two']])
    expect(Date.now() - (pushed[0]?.at.getTime() ?? 0)).toBeLessThan(60_000)
    expect(await registry.repositories(image(`${HOST}/shop/listed:none`))).toContain('shop/listed')
  })

  test('another account is refused, with the right that is missing', async () => {
    const other = '999999999999.dkr.ecr.us-east-1.amazonaws.com/app1:abc'
    await expect(registry.look(image(other))).rejects.toMatchObject({
      code: 'AccessDenied',
      hint: expect.stringContaining(
        'allow ecr:DescribeImages on arn:aws:ecr:us-east-1:999999999999:repository/app1 in the policy',
      ),
    })
  })

  test('another region is asked there', async () => {
    const other = image(`${HOST.replace('us-east-1', 'eu-west-1')}/shop/late:abc`)
    await expect(registry.look(other)).rejects.toMatchObject({ code: 'AccessDenied' })
  })
})

/** Answers as told, in turn. */
const scripted = async (...replies: { status: number; body: object }[]) => {
  const aws = await scriptedAws((_, count) => {
    const { status, body } = replies[Math.min(count, replies.length) - 1] as (typeof replies)[number]
    return { status, body: JSON.stringify(body) }
  })
  const { endpoint, credentials } = aws.client
  return { ...aws, registry: ecr({ aws: { ...awsDefaults, endpoint, credentials }, region: 'us-east-1', signal }) }
}

test('a long list is read to its end, a thousand a page', async () => {
  const page = (tag: string, next?: string) => ({
    status: 200,
    body: { imageDetails: [{ imageTags: [tag], imagePushedAt: 1_764_000_000 }], nextToken: next },
  })
  const { registry, asked, close } = await scripted(page('one', 'more'), page('two'))
  const pushed = await registry.pushed(image(`${HOST}/app1:abc`))
  expect(pushed).toEqual([
    { tags: ['one'], at: new Date(1_764_000_000_000) },
    { tags: ['two'], at: new Date(1_764_000_000_000) },
  ])
  const input = {
    registryId: '000000000000',
    repositoryName: 'app1',
    filter: { tagStatus: 'TAGGED' },
    maxResults: 1_000,
  }
  expect(asked.map(({ body }) => JSON.parse(body))).toEqual([input, { ...input, nextToken: 'more' }])
  await close()
})

test('who cannot be reached is told of after three attempts', async () => {
  const { registry, asked, close } = await scripted({ status: 503, body: {} })
  await expect(registry.look(image(`${HOST}/app1:abc`))).rejects.toMatchObject({ code: 'Unavailable' })
  expect(asked).toHaveLength(3)
  await close()
})
