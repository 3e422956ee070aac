import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyStages, REMOVAL, removalStage } from './stages.ts'

describe('applying', () => {
  const object = (kind: string, app?: string, component?: string) => {
    const labels: Record<string, string> = {}
    if (app) labels['app.kubernetes.io/name'] = app
    if (component) labels['app.kubernetes.io/component'] = component
    return { kind, metadata: { labels } }
  }
  type Item = ReturnType<typeof object>
  const stages = (items: readonly Item[]) => applyStages(items, (item) => item)
  const migration = (app?: string) => object('Job', app, 'migration')

  test('what workloads read is there before them; an Ingress goes beside them', () => {
    const kinds = ['Deployment', 'Ingress', 'Service', 'Secret', 'Job', 'ConfigMap', 'Widget']
    const { configuration, tracks } = applyStages(kinds, (kind) => object(kind))
    expect(configuration).toEqual(['Service', 'Secret', 'ConfigMap'])
    expect(tracks).toEqual([{ migrations: [], rest: ['Deployment', 'Ingress', 'Job', 'Widget'] }])
  })

  test('a track of nothing is none', () => {
    expect(stages([])).toEqual({ configuration: [], tracks: [] })
    expect(stages([migration('web')]).tracks).toEqual([{ migrations: [migration('web')], rest: [] }])
  })

  test.each(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job'])(
    'a %s waits for the migrations of its app alone',
    (kind) => {
      const [held, free] = [object(kind, 'web'), object(kind, 'api')]
      expect(stages([free, held, migration('web')]).tracks).toEqual([
        { migrations: [], rest: [free] },
        { migrations: [migration('web')], rest: [held] },
      ])
    },
  )

  test.each([
    ['an Ingress', object('Ingress', 'web'), migration('web')],
    ['beside a Job of another component', object('Deployment', 'web'), object('Job', 'web', 'worker')],
    ['beside another kind with the mark', object('Deployment', 'web'), object('CronJob', 'web', 'migration')],
    ['beside a migration of no app', object('Deployment'), migration()],
  ])('not held back: %s', (_, item, beside) => {
    expect(stages([item, beside]).tracks.find(({ rest }) => rest.includes(item))).toMatchObject({ migrations: [] })
  })

  test('every object goes once; workloads come after all migrations of their app, and wait for no others', () => {
    const kind = fc.constantFrom('Job', 'Deployment', 'CronJob', 'Ingress', 'ConfigMap', 'Service', 'Widget')
    const app = fc.constantFrom('web', 'api', 'admin', undefined)
    const component = fc.constantFrom('migration', 'server', undefined)
    const made = fc.array(fc.record({ kind, app, component }), { maxLength: 20 })
    fc.assert(
      fc.property(made, (made) => {
        const items = made.map((of) => ({ ...of, ...object(of.kind, of.app, of.component) }))
        const { configuration, tracks } = applyStages(items, (item) => item)
        const sent = [...configuration, ...tracks.flatMap(({ migrations, rest }) => [...migrations, ...rest])]
        expect(sent).toHaveLength(items.length)
        expect(new Set(sent)).toEqual(new Set(items))

        const gates = items.filter(({ kind, app, component }) => kind === 'Job' && app && component === 'migration')
        for (const item of items.filter(({ kind }) => ['Job', 'Deployment', 'CronJob'].includes(kind))) {
          if (gates.includes(item)) continue
          const track = tracks.find(({ rest }) => rest.includes(item))
          expect(track?.migrations).toEqual(gates.filter((gate) => gate.app === item.app))
        }
      }),
    )
  })
})

describe('removal', () => {
  const at = (kind: string, spec?: unknown) => REMOVAL.indexOf(removalStage({ kind, spec }))

  test.each([
    ['HorizontalPodAutoscaler', 'Deployment'],
    ['CronJob', 'Job'],
    ['Ingress', 'Service'],
    ['TargetGroupBinding', 'Service'],
    ['Secret', 'Deployment'],
    ['Secret', 'Pod'],
    ['StatefulSet', 'PersistentVolumeClaim'],
    ['Deployment', 'ConfigMap'],
    ['Deployment', 'Service'],
  ])('%s before %s', (early, late) => {
    expect(at(early)).toBeLessThan(at(late))
  })

  test('a Service is traffic only as a load balancer', () => {
    expect(removalStage({ kind: 'Service', spec: { type: 'LoadBalancer' } })).toBe('traffic')
    expect(removalStage({ kind: 'Service', spec: { type: 'ClusterIP' } })).toBe('rest')
  })
})
