import { expect, test } from 'vitest'
import { type Changes, judge } from './testing/sample.ts'

const to = (service: object, rest: object = {}) => ({ path: '/', pathType: 'Prefix', backend: { service }, ...rest })
const web = { name: 'web', port: { number: 80 } }
const paths = (...all: object[]) => ({ http: { paths: [to(web), ...all] } })
const rules = (...all: object[]): Changes => ({ Ingress: { spec: { rules: all } } })
const ACTION = {
  'alb.ingress.kubernetes.io/actions.old':
    '{"type":"redirect","redirectConfig":{"path":"/new","statusCode":"HTTP_301"}}',
}

test.each<[string, Changes]>([
  ['no host', rules(paths())],
  ['one host in several rules', rules({ host: 'a.example', ...paths() }, { host: 'a.example', ...paths() })],
  ['a wildcard where it may be', rules(paths(to(web, { path: '/img/*', pathType: 'ImplementationSpecific' })))],
  [
    'an action',
    {
      Ingress: {
        metadata: { annotations: ACTION },
        spec: { rules: [paths(to({ name: 'old', port: { name: 'use-annotation' } }))] },
      },
    },
  ],
])('%s is admitted', (_, changes) => expect(judge(changes).problems).toEqual([]))

/** So many values, for each path to the Service web. */
const compared = (count: number, ...all: object[]): Changes => ({
  Ingress: {
    metadata: {
      annotations: {
        'alb.ingress.kubernetes.io/conditions.web': JSON.stringify([
          { field: 'path-pattern', pathPatternConfig: { values: Array.from({ length: count }, (_, n) => `/${n}`) } },
        ]),
      },
    },
    spec: { rules: [{ http: { paths: all } }] },
  },
})
test.each<[string, Changes]>([
  ['as many values as AWS compares', compared(3, to(web))],
  ['as many with a path that is two to the controller', compared(2, to(web, { path: '/a' }))],
  ['a long path', rules(paths(to(web, { path: `/${'a'.repeat(125)}` })))],
])('%s is admitted', (_, changes) => expect(judge(changes).problems).toEqual([]))

const second = 'spec.rules[0].http.paths[1]'

test.each<[string, Changes, string, string]>([
  [
    'two hosts',
    rules({ host: 'a.example', ...paths() }, { host: 'b.example', ...paths() }),
    'spec.rules are for 2 hosts (a.example, b.example); an app has one',
    'leave one, which the action replaces, and make another app and Ingress of the others',
  ],
  [
    'an answer for every host',
    { Ingress: { spec: { defaultBackend: { service: web } } } },
    'spec.defaultBackend answers for every host of the shared load balancer',
    'write it as the path / of a rule: the action gives every rule the host of the app',
  ],
  [
    'a Service of somebody else',
    rules(paths(to({ name: 'theirs', port: { number: 80 } }))),
    `${second}.backend names the Service theirs, which is not in the build`,
    'it has web',
  ],
  [
    'a port that is not there',
    rules(paths(to({ name: 'web', port: { number: 81 } }))),
    `${second}.backend names the port 81, which Service/web does not have`,
    'it has 80, http',
  ],
  [
    'an action that is not there',
    rules(paths(to({ name: 'old', port: { name: 'use-annotation' } }))),
    `${second}.backend wants the annotation alb.ingress.kubernetes.io/actions.old, which is not there`,
    'add it, or name a Service and its port',
  ],
  [
    'no Service at all',
    rules(paths({ path: '/', pathType: 'Prefix', backend: { resource: { kind: 'Bucket', name: 'b' } } })),
    `${second}.backend is no Service`,
    'an Application Load Balancer sends requests to Services',
  ],
  [
    'a wildcard where it may not be',
    rules(paths(to(web, { path: '/img/*' }))),
    `${second}.path is /img/*: the controller takes no wildcard in a path of type Prefix`,
    'write pathType: ImplementationSpecific, or the path without it',
  ],
  [
    'a path for another controller',
    rules(paths(to(web, { path: '/img/(.*)', pathType: 'ImplementationSpecific' }))),
    `${second}.path is /img/(.*), which an Application Load Balancer does not take`,
    `write letters, digits and any of _-.$/~"'@:+& in at most 126 characters; it has no regular expressions`,
  ],
  [
    'a path that is too long once the controller has added to it',
    rules(paths(to(web, { path: `/${'a'.repeat(126)}` }))),
    `${second}.path is /${'a'.repeat(126)}, which an Application Load Balancer does not take`,
    `write letters, digits and any of _-.$/~"'@:+& in at most 126 characters; it has no regular expressions`,
  ],
  [
    'more than AWS compares',
    compared(4, to(web)),
    'spec.rules[0].http.paths[0] has 6 values to compare in its host, path and conditions; an Application Load Balancer takes 5',
    'take some out of alb.ingress.kubernetes.io/conditions.web, or make another path of them',
  ],
])('%s is refused', (_, changes, message, hint) =>
  expect(judge(changes).problems).toEqual([{ message: `Ingress/web: ${message}`, hint, file: 'k8s/Ingress.yaml' }]),
)

test('an Ingress that is no app’s is refused, whatever its host', () => {
  const other = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'admin' },
    spec: { rules: [{ host: 'admin.example', ...paths() }] },
  }
  expect(judge({ more: [other] }).problems).toEqual([
    {
      message: 'Ingress/admin: is no app’s: it would answer for hosts that the action does not know',
      hint: 'name it as `ingress` of an app in .github/preview.yaml, or take it out of the kustomization',
      file: 'k8s/Ingress.yaml',
    },
  ])
})
