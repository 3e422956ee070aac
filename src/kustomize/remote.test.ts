import { expect, test } from 'vitest'
import { isRemote } from './remote.ts'

test.each([
  'https://example.com/a.yaml',
  'HTTP://example.com/a.yaml',
  ' http://example.com/a.yaml',
  'http:/example.com',
  'http:example.com',
  'https://github.com/acme/base//k8s?ref=v1&timeout=90s',
  'git::https://example.com/acme/base.git//k8s?ref=v1',
  'git::ssh://git@example.com/acme/base.git',
  'git@github.com:acme/base.git//k8s?ref=v1',
  'me@example.com:acme/base',
  'ssh://git@example.com/acme/base',
  'file:///etc',
  'github.com/acme/base?ref=v1',
  'GitHub.com/acme/base',
  'github.com:acme/base',
  'gh:acme/base',
  'example.com/acme/base//k8s?ref=v1',
  'example.com/acme/base?version=v1',
  's3::https://s3.amazonaws.com/bucket/key',
  's3://bucket/key',
  'hg::http://example.com/acme/base',
  'oci://example.com/acme/base',
])('%s is', (text) => expect(isRemote(text)).toBe(true))

test.each(['a.yaml', './a.yaml', '../base', 'k8s/base//app', 'github.company/base', 'mail@2x.yaml', 'a?b.yaml'])(
  '%s is not',
  (text) => expect(isRemote(text)).toBe(false),
)
