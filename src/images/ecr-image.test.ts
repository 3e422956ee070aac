import { describe, expect, test } from 'vitest'
import { ecrImageOf, shortName } from './ecr-image.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`
const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const at = { registryId: '111122223333', region: 'eu-west-1' }

describe('an image in ECR', () => {
  test.each([
    [`${HOST}/app1:abc`, { ...at, repository: 'app1', version: { tag: 'abc' } }],
    [`${HOST}/team/shop/app1:abc`, { ...at, repository: 'team/shop/app1', version: { tag: 'abc' } }],
    [`${HOST}/app1@${DIGEST}`, { ...at, repository: 'app1', version: { digest: DIGEST } }],
    [`${HOST}/app1:abc@${DIGEST}`, { ...at, repository: 'app1', version: { digest: DIGEST } }],
    [`${HOST}/app1`, { ...at, repository: 'app1', version: { tag: 'latest' } }],
    ['111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a:b', { region: 'us-gov-west-1' }],
    ['111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/a:b', { region: 'cn-north-1' }],
    ['111122223333.dkr-ecr.eu-west-1.on.aws/a:b', { region: 'eu-west-1', repository: 'a' }],
  ])('%s', (reference, expected) => {
    expect(ecrImageOf(reference)).toMatchObject({ reference, ...expected })
  })

  test.each([
    'ghcr.io/acme/app1:abc',
    'nginx:1.27',
    'public.ecr.aws/docker/library/nginx:1.27',
    'localhost:5000/app1:abc',
    `${HOST}.example.com/app1:abc`,
    `example.com/${HOST}/app1:abc`,
  ])('is not %s', (reference) => {
    expect(ecrImageOf(reference)).toBeUndefined()
  })
})

test.each([
  [`${HOST}/app1:${'a'.repeat(40)}`, 'app1:aaaaaaa'],
  [`${HOST}/shop/app1:v1.2.3`, 'shop/app1:v1.2.3'],
  [`${HOST}/app1@${DIGEST}`, 'app1@sha256:0123456'],
])('%s is called %s', (reference, name) => {
  const image = ecrImageOf(reference)
  expect(image && shortName(image)).toBe(name)
})
