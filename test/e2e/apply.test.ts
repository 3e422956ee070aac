import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { applyAll, type ChangeSet } from '../../src/cluster/apply.ts'
import { type Cluster, type KubeObject, type Live, refOf } from '../../src/cluster/cluster.ts'
import { prune } from '../../src/cluster/prune.ts'
import type { Claim } from '../../src/cluster/record.ts'
import { labelsOf } from '../../src/names.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeAll(async () => {
  home = await scratch()
})
afterAll(() => home.close())

const settings = (name: string, data: Record<string, string> = { a: '1' }) =>
  home.object('v1', 'ConfigMap', name, { data })
const job = (name: string, image: string, command: string[] = []) =>
  home.object('batch/v1', 'Job', name, {
    spec: {
      suspend: true,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image, command }] } },
    },
  })
const said = (changes: ChangeSet) => Object.fromEntries(changes.map(({ ref, action }) => [ref.name, action]))
const apply = (mine: Claim, objects: KubeObject[], cluster: Cluster = home.cluster) =>
  applyAll(cluster, mine, objects, home.run)

/** The cluster, with something happening right before the first write to one object. */
const disturbed = (name: string, disturb: () => Promise<unknown>): Cluster => {
  let isDone = false
  return {
    ...home.cluster,
    apply: async (object, options) => {
      if (object.metadata.name === name && !options.dryRun && !isDone) {
        isDone = true
        await disturb()
      }
      return home.cluster.apply(object, options)
    },
  }
}

describe('a push', () => {
  test('creates; the same again writes nothing; a change configures what changed', async () => {
    const secret = home.object('v1', 'Secret', 'cred', { stringData: { password: 'x' } })
    const objects = (image: string) => [settings('one'), secret, home.workload('web', image)]
    const first = await home.claim(1)
    const created = await apply(first, objects('app:1'))
    expect(said(created)).toEqual({ one: 'created', cred: 'created', web: 'created' })
    await first.release({ phase: 'Live' })

    const rolledOut = { type: 'Progressing', reason: 'NewReplicaSetAvailable' }
    await vi.waitFor(
      async () =>
        expect((await home.live(home.workload('web', 'app:1'))).status).toMatchObject({
          conditions: expect.arrayContaining([expect.objectContaining(rolledOut)]),
        }),
      { timeout: 30_000, interval: 100 },
    )
    const before = await home.dump()
    const second = await home.claim(2)
    const { writes } = home.cluster.traffic()
    expect(said(await apply(second, objects('app:1')))).toEqual({
      one: 'unchanged',
      cred: 'unchanged',
      web: 'unchanged',
    })
    expect(home.cluster.traffic().writes - writes).toBe(1) // the record's
    const isMember = ({ metadata }: Live) => !metadata.name.startsWith('eks-preview.')
    expect((await home.dump()).filter(isMember)).toEqual(before.filter(isMember))
    await second.release({ phase: 'Live' })

    const changes = await apply(await home.claim(3), objects('app:2'))
    expect(changes.map(({ ref, action, rolled }) => [ref.name, action, rolled])).toEqual([
      ['one', 'unchanged', false],
      ['cred', 'unchanged', false],
      ['web', 'configured', true],
    ])
  })

  test('marks everything with the environment and its record', async () => {
    const mine = await home.claim(1)
    const bare = { ...settings('marked'), metadata: { name: 'marked', namespace: home.namespace } }
    await apply(mine, [bare])
    const { metadata } = await home.live(bare)
    expect(metadata.labels).toEqual(labelsOf(home.environment))
    expect(metadata.ownerReferences).toEqual([mine.owner])
    expect(mine.record.members).toContainEqual(
      expect.objectContaining({ k: 'ConfigMap', n: 'marked', uid: metadata.uid }),
    )
  })
})

describe('refusals', () => {
  test('all problems at once, and nothing is applied or remembered', async () => {
    const mine = await home.claim(1)
    const { members } = mine.record
    const bad = [
      settings('fine'),
      { ...settings('odd'), data: { a: 1 } } as unknown as KubeObject,
      home.object('apps/v1', 'Deployment', 'typo', { spec: { replica: 1 } }),
      home.object('example.com/v1', 'Widget', 'unknown'),
    ]
    const refused = await apply(mine, bad).catch((error) => error)
    expect(refused).toMatchObject({ code: 'Rejected' })
    expect(refused.problems.map(({ message }: { message: string }) => message.split('/')[0]).sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'Widget',
    ])
    expect(await home.cluster.get(refOf(settings('fine')))).toBeUndefined()
    expect(mine.record.members).toEqual(members)
  })

  test('names that are taken: all of them, with their owners, untouched', async () => {
    const foreign = [
      { ...settings('theirs'), metadata: { name: 'theirs', namespace: home.namespace } },
      {
        ...settings('neighbour'),
        metadata: {
          name: 'neighbour',
          namespace: home.namespace,
          labels: { ...labelsOf(home.environment), 'eks-preview/part': '8' },
        },
      },
    ]
    const before = await Promise.all(foreign.map((object) => home.cluster.create(object)))
    const mine = await home.claim(1)
    const refused = await apply(mine, [settings('fine'), settings('theirs'), settings('neighbour')]).catch(
      (error) => error,
    )
    expect(refused).toMatchObject({ code: 'OwnedByOther' })
    expect(refused.problems).toHaveLength(2)
    expect(refused.problems[1].message).toContain('part 8')
    expect(await Promise.all(foreign.map(home.live))).toEqual(before)
  })

  test('what another tool applies is left to it', async () => {
    const mine = await home.claim(1)
    await apply(mine, [settings('shared', { a: '1' })])
    await home.send({
      method: 'PATCH',
      path: `/api/v1/namespaces/${home.namespace}/configmaps/shared?fieldManager=argocd&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { a: 'by argocd' } },
    })
    await expect(apply(mine, [settings('shared', { a: '1' })])).rejects.toMatchObject({
      code: 'OwnedByOther',
      message: expect.stringContaining('argocd'),
    })
  })

  test('what a person set by hand is taken back', async () => {
    const mine = await home.claim(1)
    await apply(mine, [settings('edited', { a: '1' })])
    await home.send({
      method: 'PATCH',
      path: `/api/v1/namespaces/${home.namespace}/configmaps/edited?fieldManager=kubectl-edit`,
      contentType: 'application/merge-patch+json',
      body: { data: { a: 'by hand' } },
    })
    expect(said(await apply(mine, [settings('edited', { a: '1' })]))).toEqual({ edited: 'configured' })
    expect((await home.live(settings('edited'))).data).toEqual({ a: '1' })
  })
})

describe('other runs', () => {
  test('an older run cannot write what a newer one wants as it is', async () => {
    const object = settings('fenced')
    const first = await home.claim(1)
    await apply(first, [object])
    await first.release({ phase: 'Live' })
    const older = await home.claim(2)
    const takeover = disturbed('fenced', async () => apply(await home.claim(3), [object]))
    await expect(apply(older, [settings('fenced', { a: 'old' })], takeover)).rejects.toMatchObject({
      code: 'Superseded',
    })
    expect((await home.live(object)).data).toEqual({ a: '1' })
  })

  test('an older run cannot create what a newer one created', async () => {
    const older = await home.claim(1)
    const takeover = disturbed('late', async () => apply(await home.claim(2), [settings('late', { a: 'new' })]))
    await expect(apply(older, [settings('late', { a: 'old' })], takeover)).rejects.toMatchObject({ code: 'Superseded' })
    expect((await home.live(settings('late'))).data).toEqual({ a: 'new' })
  })

  test('a change by a controller in between is read again', async () => {
    const mine = await home.claim(1)
    await apply(mine, [settings('busy')])
    const touched = disturbed('busy', async () => {
      const { metadata, ...rest } = await home.live(settings('busy'))
      await home.cluster.replace({
        ...rest,
        metadata: { ...metadata, annotations: { ...metadata.annotations, touched: 'yes' } },
      } as Live)
    })
    expect(said(await apply(mine, [settings('busy', { a: '2' })], touched))).toEqual({ busy: 'configured' })
    expect(await home.live(settings('busy'))).toMatchObject({
      data: { a: '2' },
      metadata: { annotations: { touched: 'yes' } },
    })
  })

  test('somebody who takes the name in between keeps it', async () => {
    const mine = await home.claim(1)
    const theirs = { ...settings('taken'), metadata: { name: 'taken', namespace: home.namespace } }
    const takes = disturbed('taken', () => home.cluster.create({ ...theirs, data: { a: 'theirs' } }))
    await expect(apply(mine, [settings('taken')], takes)).rejects.toMatchObject({ code: 'OwnedByOther' })
    expect((await home.live(theirs)).data).toEqual({ a: 'theirs' })
  })
})

describe('a Job', () => {
  const finish = async ({ metadata: { name } }: KubeObject, ...types: string[]) => {
    const at = new Date().toISOString()
    const conditions = types.map((type) => ({ type, status: 'True', lastProbeTime: at, lastTransitionTime: at }))
    const ended = types.includes('Complete') ? { completionTime: at } : {}
    await home.send({
      method: 'PATCH',
      path: `/apis/batch/v1/namespaces/${home.namespace}/jobs/${name}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { startTime: at, conditions, ...ended } },
    })
  }

  test('of another body is made anew, of the same body left alone', async () => {
    const mine = await home.claim(1)
    await apply(mine, [job('migrate', 'app:1')])
    const { uid } = (await home.live(job('migrate', 'app:1'))).metadata
    expect(said(await apply(mine, [job('migrate', 'app:1')]))).toEqual({ migrate: 'unchanged' })
    const changes = await apply(mine, [job('migrate', 'app:2')])
    expect(said(changes)).toEqual({ migrate: 'created' })
    expect(changes[0]?.uid).not.toBe(uid)
  })

  test('that cannot be is refused before the old one is deleted', async () => {
    const mine = await home.claim(1)
    await apply(mine, [job('broken', 'app:1')])
    const before = await home.live(job('broken', 'app:1'))
    await expect(apply(mine, [job('broken', '')])).rejects.toMatchObject({ code: 'Rejected' })
    expect((await home.live(job('broken', 'app:1'))).metadata.uid).toBe(before.metadata.uid)
  })

  test('that failed is tried again', async () => {
    const mine = await home.claim(1)
    await apply(mine, [job('failing', 'app:1')])
    await finish(job('failing', 'app:1'), 'FailureTarget', 'Failed')
    expect(said(await apply(mine, [job('failing', 'app:1')]))).toEqual({ failing: 'created' })
  })

  test('that failed is not forgotten by a run that dies while making it anew', async () => {
    const mine = await home.claim(1)
    await apply(mine, [job('fragile', 'app:1')])
    await prune(home.cluster, mine, await apply(mine, [job('fragile', 'app:1')]), home.run)
    await finish(job('fragile', 'app:1'), 'FailureTarget', 'Failed')
    const dying = disturbed('fragile', () => Promise.reject(new Error('killed')))
    await expect(apply(mine, [job('fragile', 'app:1')], dying)).rejects.toThrow('killed')
    expect(await home.cluster.get(refOf(job('fragile', 'app:1')))).toBeUndefined()
    expect(said(await apply(mine, [job('fragile', 'app:1')]))).toEqual({ fragile: 'created' })
  })

  test('that was ready when the push ended is done, even if it is collected before the next', async () => {
    const mine = await home.claim(1)
    const changes = await apply(mine, [job('quick', 'app:1')])
    await prune(home.cluster, mine, changes, home.run)
    await home.cluster.delete(refOf(job('quick', 'app:1')), { uid: changes[0]?.uid ?? '' })
    expect(said(await apply(mine, [job('quick', 'app:1')]))).toEqual({ quick: 'unchanged' })
  })

  test('that finished and was collected is not run again', async () => {
    const mine = await home.claim(1)
    await apply(mine, [job('done', 'app:1')])
    await finish(job('done', 'app:1'), 'SuccessCriteriaMet', 'Complete')
    await apply(mine, [job('done', 'app:1')])
    const { uid } = (await home.live(job('done', 'app:1'))).metadata
    await home.cluster.delete(refOf(job('done', 'app:1')), { uid })
    expect(said(await apply(mine, [job('done', 'app:1')]))).toEqual({ done: 'unchanged' })
    expect(said(await apply(mine, [job('done', 'app:2')]))).toEqual({ done: 'created' })
  })
})
