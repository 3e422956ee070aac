import { afterEach, beforeEach, expect, test } from 'vitest'
import { applyAll } from '../../src/cluster/apply.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
let mine: Claim
beforeEach(async () => {
  home = await scratch()
  mine = await home.claim(1)
})
afterEach(() => home.close())

const settings = (data: Record<string, string>) => home.object('v1', 'ConfigMap', 'shared', { data })
const apply = (data: Record<string, string>) => applyAll(home.cluster, mine, [settings(data)], home.run)
const data = async () => {
  const name = 'shared'
  return (await home.cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: home.namespace, name }))?.data
}
const path = (manager: string) =>
  `/api/v1/namespaces/${home.namespace}/configmaps/shared?fieldManager=${manager}&force=true`
const applied = (manager: string, data: Record<string, string>) =>
  home.send({
    method: 'PATCH',
    path: path(manager),
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data },
  })
const edited = (manager: string, data: Record<string, string>) =>
  home.send({
    method: 'PATCH',
    path: path(manager).replace('&force=true', ''),
    contentType: 'application/merge-patch+json',
    body: { data },
  })

const OURS = { a: '1', b: '1', c: '1', d: '1' }

test('every other applier is named with its fields, and nothing is taken from any', async () => {
  await apply(OURS)
  await applied('argocd', { a: 'argocd', b: 'argocd' })
  await applied('helm', { c: 'helm' })
  await edited('kubectl-edit', { d: 'by hand' })
  await expect(apply(OURS)).rejects.toMatchObject({
    code: 'OwnedByOther',
    message: expect.stringMatching(
      /also applied by argocd and helm: (?=.*\.data\.a, \.data\.b \(argocd\))(?=.*\.data\.c \(helm\))/,
    ),
  })
  expect(await data()).toEqual({ a: 'argocd', b: 'argocd', c: 'helm', d: 'by hand' })
})

test('what people and controllers set is taken back, with a word about each', async () => {
  await apply(OURS)
  await edited('kubectl-client-side-apply', { a: '2', b: '2' })
  await edited('kubectl-edit', { c: '2' })
  await apply(OURS)
  expect(await data()).toEqual(OURS)
  const [told] = home.run.say.lines.filter((line) => line.includes('the manifest wins'))
  for (const text of ['.data.a, .data.b (kubectl-client-side-apply)', '.data.c (kubectl-edit)'])
    expect(told).toContain(text)
})
