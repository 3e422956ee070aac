import { expect, test } from 'vitest'
import { inContainer, judge, pod } from './testing/sample.ts'

const env = (...names: string[]) => names.map((name) => ({ name, value: 'x' }))
const service = (...ports: object[]) => ({ Service: { spec: { ports: [{ name: 'http', port: 80 }, ...ports] } } })

test.each([
  ['variables', inContainer({ env: env('A', 'B') })],
  ['ports of two protocols', inContainer({ ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }] })],
  ['ports of a Service of two protocols', service({ name: 'quic', port: 80, protocol: 'UDP' })],
])('%s are admitted', (_, changes) => expect(judge(changes).problems).toEqual([]))

test.each([
  [
    'Deployment',
    inContainer({ env: env('A', 'B', 'A') }),
    'spec.template.spec.containers[web].env has A 2 times',
    'keep the last: it is the one that counts',
  ],
  [
    'Deployment',
    inContainer({ ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP', name: 'http' }] }),
    'spec.template.spec.containers[web].ports has 80/TCP 2 times',
    'keep one',
  ],
  [
    'Deployment',
    inContainer({
      volumeMounts: [
        { name: 'a', mountPath: '/x' },
        { name: 'b', mountPath: '/x' },
      ],
    }),
    'spec.template.spec.containers[web].volumeMounts has /x 2 times',
    'keep one',
  ],
  [
    'Deployment',
    pod({
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'a', emptyDir: {} },
      ],
    }),
    'spec.template.spec.volumes has a 2 times',
    'keep one',
  ],
  ['Service', service({ name: 'again', port: 80 }), 'spec.ports has 80/TCP 2 times', 'keep one'],
])('in a %s %j is refused', (kind, changes, message, hint) =>
  expect(judge(changes).problems).toEqual([
    { message: `${kind}/web: ${message}, which server-side apply refuses`, hint, file: `k8s/${kind}.yaml` },
  ]),
)
