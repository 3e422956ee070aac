import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONFIG, type Home, openHome } from './home.ts'
import { refused } from './refusal.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.end())

const preview = `kustomization: k8s/preview
apps:
  web: { service: { name: web, port: http }, ingress: web, image: registry.example/web, health: /healthz }
`
const kustomization = (...resources: string[]) => `resources:\n${resources.map((one) => `  - ${one}\n`).join('')}`
const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      hostNetwork: true
      containers:
        - name: web
          image: registry.example/web
          envFrom: [{ secretRef: { name: production } }]
          ports: [{ name: http, containerPort: 3000 }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { ingressClassName: alb, rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }] } }] }
`
const role = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: web }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
`
const told = { step: 'Render and check', object: 'k8s/preview', next: 'What to do next' }

test('all that is in the way of own manifests is said at once, each in its file', async () => {
  const { number } = home.open('own/wrong', {
    [CONFIG]: preview,
    'k8s/base/kustomization.yaml': kustomization('web.yaml', 'role.yaml'),
    'k8s/base/web.yaml': web,
    'k8s/base/role.yaml': role,
    'k8s/preview/kustomization.yaml': kustomization('../base'),
  })
  const run = await refused(home, { ...told, cause: 'things are in the way' }, () => home.on('opened', number))
  const errors = run.annotations.filter(({ level }) => level === 'error')
  expect(errors.map(({ file, message }) => [file, message])).toEqual(
    expect.arrayContaining([
      ['k8s/base/web.yaml', expect.stringContaining('hostNetwork')],
      ['k8s/base/web.yaml', expect.stringContaining('Secret/production')],
      ['k8s/base/role.yaml', expect.stringContaining('ClusterRoleBinding')],
    ]),
  )
  const [comment] = home.comments(number)
  expect(comment?.body).toContain('k8s/base/role.yaml')
})

test('nothing is fetched for a kustomization', async () => {
  const { number } = home.open('own/remote', {
    [CONFIG]: preview,
    'k8s/preview/kustomization.yaml': kustomization('https://github.com/acme/base?ref=main'),
  })
  await refused(home, { ...told, cause: 'https://github.com/acme/base' }, () => home.on('opened', number))
})
