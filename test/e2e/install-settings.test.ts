import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../local/cluster/kubectl.ts'
import { files, type Home, openHome } from './home.ts'
import { refused } from './refusal.ts'

let home: Home
let number: number
beforeAll(async () => {
  home = await openHome({ repositories: 'acme/shop' })
  number = home.open('refuse/settings', files).number
})
afterAll(() => home.end())

/** As the platform team would. */
const install = (data: Record<string, string | null>) =>
  kubectl(['patch', 'configmap', 'eks-preview.install', '-n', home.namespace, '-p', JSON.stringify({ data })])

test.each([
  [
    'that an input contradicts',
    { domain: 'team.preview.localhost' },
    'input domain contradicts the install ConfigMap',
    'remove the input',
  ],
  [
    'for other repositories',
    { repositories: 'acme/other' },
    'the install does not serve acme/shop',
    'add it to repositories',
  ],
  ['that nobody knows', { tll: '7d' }, 'unknown setting tll', 'correct it to one of'],
  ['of a wrong form', { 'wait-timeout': 'soon' }, 'setting wait-timeout', 'write a duration'],
])('settings %s', async (_, data, cause, next) => {
  await install(data)
  const object = 'the install ConfigMap'
  await refused(home, { step: 'Read what is wanted', object, cause, next }, () => home.on('opened', number))
  await install(Object.fromEntries(Object.keys(data).map((name) => [name, null])))
})

test('the action may not change them itself', async () => {
  const as = ['--as', 'somebody', '--as-group', 'eks-preview', '-n', home.namespace]
  const patch = kubectl(['patch', 'configmap', 'eks-preview.install', '-p', '{"data":{"a":"b"}}', ...as])
  await expect(patch).rejects.toThrow('the action may not change the install settings')
})
