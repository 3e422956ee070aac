import { expect, test } from 'vitest'
import { pullFault, pullWords } from './image-faults.ts'

// Words of containerd 1.6 to 2.1, CRI-O and the registries' own, as the kubelet hands them on.
const REF = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/app1:abc'
const resolve = (said: string): string =>
  `failed to pull and unpack image "${REF}": failed to resolve reference "${REF}": ${said}`
const backOff = (said: string): string => `Back-off pulling image "${REF}": ErrImagePull: ${said}`

test.each([
  ['InvalidImageName', `couldn't parse image name "app/NoName": invalid reference format`, 'ImageNameInvalid', 0],
  ['ErrImageNeverPull', 'Container image "a:1" is not present with pull policy of Never', 'ImageNotFound', 0],
  ['ErrImagePull', resolve(`${REF}: not found`), 'ImageNotFound', 20_000],
  ['ErrImagePull', `rpc error: code = NotFound desc = ${resolve(`${REF}: not found`)}`, 'ImageNotFound', 20_000],
  ['ImagePullBackOff', backOff(resolve(`${REF}: not found`)), 'ImageNotFound', 20_000],
  ['ErrImagePull', 'reading manifest abc in registry.test/app1: manifest unknown', 'ImageNotFound', 20_000],
  [
    'ErrImagePull',
    `name unknown: The repository with name 'app1' does not exist in the registry`,
    'ImageNotFound',
    20_000,
  ],
  [
    'ErrImagePull',
    resolve(
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope',
    ),
    'ImageDenied',
    20_000,
  ],
  ['ErrImagePull', resolve('pull access denied: insufficient_scope: authorization failed'), 'ImageDenied', 20_000],
  [
    'ErrImagePull',
    resolve('unexpected status from HEAD request to https://x/v2/: 403 Forbidden'),
    'ImageDenied',
    20_000,
  ],
  [
    'ErrImagePull',
    resolve('failed to authorize: failed to fetch anonymous token: 401 Unauthorized'),
    'ImageDenied',
    20_000,
  ],
  ['ErrImagePull', resolve('no basic auth credentials'), 'ImageDenied', 20_000],
  [
    'ErrImagePull',
    resolve('429 Too Many Requests - Server message: toomanyrequests: rate exceeded'),
    'RegistryUnavailable',
    240_000,
  ],
  [
    'ErrImagePull',
    resolve('failed to do request: Head "https://x/v2/": dial tcp 10.0.0.1:443: i/o timeout'),
    'RegistryUnavailable',
    240_000,
  ],
  ['ErrImagePull', resolve('dial tcp 127.0.0.1:1: connect: connection refused'), 'RegistryUnavailable', 240_000],
  ['ErrImagePull', resolve('dial tcp: lookup x on 10.0.0.2:53: no such host'), 'RegistryUnavailable', 240_000],
  ['ErrImagePull', resolve('dial tcp: lookup x on 10.0.0.2:53: server misbehaving'), 'RegistryUnavailable', 240_000],
  ['ErrImagePull', resolve('unexpected status code 503 Service Unavailable'), 'RegistryUnavailable', 240_000],
  ['ErrImagePull', resolve('EOF'), 'RegistryUnavailable', 240_000],
  [
    'ErrImagePull',
    resolve('tls: failed to verify certificate: x509: unknown authority'),
    'RegistryUnavailable',
    240_000,
  ],
  // Kubelets before 1.32 say no more.
  ['ImagePullBackOff', `Back-off pulling image "${REF}"`, 'RegistryUnavailable', 240_000],
  ['RegistryUnavailable', '', 'RegistryUnavailable', 240_000],
] as const)('%s: %s', (reason, message, cause, patience) => {
  expect(pullFault(reason, message)).toEqual({ cause, patience })
})

test('the image’s own name says nothing about it', () => {
  const named = (image: string): string => `Back-off pulling image "${image}": ${image}: connection refused`
  for (const image of [
    'acme/access-denied:1',
    'acme/web:403-unauthorized',
    'acme/not-found/does-not-exist:manifest-unknown',
  ])
    expect(pullFault('ImagePullBackOff', named(image))?.cause).toBe('RegistryUnavailable')
})

test.each(['ContainerCreating', 'PodInitializing', 'CrashLoopBackOff', ''])('%j is about something else', (reason) => {
  expect(pullFault(reason, 'not found')).toBeUndefined()
})

test.each([
  [backOff(resolve(`${REF}: not found`)), `${REF}: not found`],
  [`Failed to pull image "${REF}": rpc error: code = NotFound desc = ${resolve('not found')}`, 'not found'],
  [resolve('failed to do request: Head "https://x": EOF'), 'Head "https://x": EOF'],
  [`Back-off pulling image "${REF}"`, `Back-off pulling image "${REF}"`],
  ['Error: ErrImagePull', 'Error: ErrImagePull'],
])('what the registry said: %s', (message, words) => expect(pullWords(message)).toBe(words))
