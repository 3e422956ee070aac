import { expect, test } from 'vitest'
import type { AskedApp } from './build.ts'
import { inContainer, judge } from './testing/sample.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`
const OWN = 'if your build makes it, name it in `image` of an app, which may be a list: the action then sets its tag'

const app: AskedApp = { name: 'shop', service: 'web', port: 80, expose: 'ingress', ingress: 'web', images: [] }

test.each([
  'redis:7',
  'registry.example:5000/shop/web:1.2.3-rc.1_x',
  `redis@${DIGEST}`,
  `registry.example/web:latest@${DIGEST}`,
  'REGISTRY.example/a__b/c---d:1',
])('%s is admitted', (image) => expect(judge(inContainer({ image })).problems).toEqual([]))

test.each([
  ['redis', 'redis is whatever is the latest when a pod starts', `write its tag or, better, its digest; ${OWN}`],
  [
    'redis:latest',
    'redis:latest is whatever is the latest when a pod starts',
    `write its tag or, better, its digest; ${OWN}`,
  ],
  [
    'registry.example:5000/web',
    'registry.example:5000/web is whatever is the latest when a pod starts',
    `write its tag or, better, its digest; ${OWN}`,
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder that nobody has filled in
  ['${IMAGE}', `"\${IMAGE}" cannot be an image's name`, `write repo:tag or repo@sha256:…; ${OWN}`],
  ['{{ .Values.image }}', `"{{ .Values.image }}" cannot be an image's name`, `write repo:tag or repo@sha256:…; ${OWN}`],
  ['IMAGE_PLACEHOLDER', `"IMAGE_PLACEHOLDER" cannot be an image's name`, `write repo:tag or repo@sha256:…; ${OWN}`],
  ['web:two words', `"web:two words" cannot be an image's name`, `write repo:tag or repo@sha256:…; ${OWN}`],
  ['web@sha256:short', `"web@sha256:short" cannot be an image's name`, `write repo:tag or repo@sha256:…; ${OWN}`],
  ['', `"" cannot be an image's name`, `write repo:tag or repo@sha256:…; ${OWN}`],
])('%s is refused', (image, message, hint) =>
  expect(judge(inContainer({ image })).problems).toEqual([
    {
      message: `Deployment/web: spec.template.spec.containers[web].image: ${message}`,
      hint,
      file: 'k8s/Deployment.yaml',
    },
  ]),
)

test('of the image that an app names the action sets the tag', () => {
  const named = (image: string) =>
    judge(inContainer({ image }), { apps: [{ ...app, images: ['registry.example/web'] }] }).problems
  expect(named('registry.example/web')).toEqual([])
  expect(named('registry.example/web:latest')).toEqual([])
  expect(named('registry.example/web-2')).toHaveLength(2)
})
