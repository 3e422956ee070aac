import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { PreviewError } from './errors.ts'
import { INPUT_NAMES, inputsIn, parseInputs, secretsIn } from './inputs.ts'

const good = { cluster: 'preview', region: 'us-east-1', 'github-token': 't' }
const problems = (raw: Record<string, string>): string[] => {
  try {
    parseInputs(raw)
    return []
  } catch (error) {
    return (error as PreviewError).problems.map(({ message }) => message)
  }
}

test('action.yml lists exactly the inputs that are read', () => {
  const action = parse(readFileSync(new URL('../action.yml', import.meta.url), 'utf8'))
  expect(Object.keys(action.inputs).sort()).toEqual([...INPUT_NAMES].sort())
})

test('inputs come as the runner hands them over; an empty one is absent', () => {
  expect(inputsIn({ 'INPUT_GITHUB-TOKEN': ' t ', INPUT_CLUSTER: '', PATH: '/bin' })).toEqual({ 'github-token': 't' })
})

test('a cluster, its region and the token are enough', () => {
  expect(parseInputs(good)).toMatchObject({
    mode: 'auto',
    cluster: { kind: 'eks', name: 'preview' },
    namespace: 'previews',
  })
})

test('images by app', () => {
  expect(parseInputs({ ...good, images: `app1=registry:5000/a:1\n\n app2=b@sha256:${'a'.repeat(64)}` }).images).toEqual(
    {
      app1: 'registry:5000/a:1',
      app2: `b@sha256:${'a'.repeat(64)}`,
    },
  )
})

test.each([
  [{ clutser: 'x' }, 'there is no input clutser'],
  [{ mode: 'destroy' }, 'mode destroy is unknown'],
  [{ 'reset-database': 'yes' }, 'reset-database yes is neither true nor false'],
  [{ kubeconfig: 'k' }, 'either cluster or kubeconfig'],
  [{ cluster: '../x' }, 'not an EKS cluster name'],
  [{ cluster: 'x'.repeat(101) }, 'not an EKS cluster name'],
  [{ region: 'us-east-99' }, 'not an AWS region'],
  [{ namespace: 'Kube_System' }, 'not a Kubernetes namespace'],
  [{ 'role-to-assume': 'admin' }, 'not the ARN of an IAM role'],
  [{ 'slack-token': 'x' }, 'slack-token needs slack-channel'],
  [{ images: 'app1' }, 'is not understood'],
  [{ images: 'app1=repo' }, 'is not understood'],
  [{ domain: 'localhost' }, 'input domain'],
  [{ 'hosted-zone-id': 'example.com' }, 'input hosted-zone-id'],
  [{ 'wait-timeout': '-1' }, 'input wait-timeout'],
  [{ 'smoke-timeout': 'NaN' }, 'input smoke-timeout'],
  [{ 'smoke-required': 'yes' }, 'input smoke-required'],
  [{ 'url-template': 'javascript:{host}' }, 'input url-template'],
  [{ 'host-template': '{app}.{domain}' }, 'input host-template'],
  [{ 'state-machine-arn': 'checks' }, 'input state-machine-arn'],
])('%o is refused: %s', (raw, message) => {
  expect(problems({ ...good, ...raw })).toEqual([expect.stringContaining(message)])
})

test('everything that is wrong is said at once', () => {
  expect(problems({ clutser: 'x', region: 'nowhere', 'wait-timeout': '0m' })).toHaveLength(5)
})

test('secrets among the inputs, a webhook in every form in which something may quote it', () => {
  const path = '/services/T0/B0/a+b'
  const url = `https://hooks.slack.com${path}`
  expect(secretsIn({ 'slack-webhook-url': url, 'slack-token': 'xoxb-1', domain: 'p.example.com' })).toEqual([
    url,
    encodeURIComponent(url),
    path,
    encodeURIComponent(path),
    'xoxb-1',
  ])
  expect(secretsIn({ 'slack-webhook-url': 'no address' })).toEqual(['no address'])
})
