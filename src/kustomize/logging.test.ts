import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

/**
 * Fluent Bit itself runs nowhere here. What can be said without it: its configuration has only keys that the manual
 * (docs.fluentbit.io, 4.1) has for them, with values of their kind, and fits the container that it is for.
 */
const flag = (value: unknown) => typeof value === 'boolean'
const text = (value: unknown) => typeof value === 'string' && value !== ''
const seconds = (value: unknown) => Number.isInteger(value) && (value as number) > 0
const size = (value: unknown) => /^\d+(KB|MB)$/.test(String(value))

type Keys = Record<string, (value: unknown) => boolean>
const SERVICE: Keys = { flush: seconds, grace: seconds, log_level: (value) => value === 'warn' }
const TAIL: Keys = {
  path: text,
  read_from_head: flag,
  refresh_interval: seconds,
  db: text,
  mem_buf_limit: size,
  buffer_max_size: size,
  skip_long_lines: flag,
}
const CLOUDWATCH: Keys = { match: text, region: text, log_group_name: text, log_stream_name: text, log_key: text }

const base = new URL('../../kustomize-base/logging/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, base), 'utf8')
const config = parse(read('fluent-bit.yaml'))
const [{ name: input, ...tail }] = config.pipeline.inputs
const [{ name: output, ...cloudwatch }] = config.pipeline.outputs
const pod = parse(read('sidecar.yaml')).spec.template.spec
const [sidecar] = pod.initContainers

test('plug-ins and keys that Fluent Bit has', () => {
  expect(Object.keys(config)).toEqual(['service', 'pipeline'])
  expect([input, output]).toEqual(['tail', 'cloudwatch_logs'])
  for (const [keys, section] of [
    [SERVICE, config.service],
    [TAIL, tail],
    [CLOUDWATCH, cloudwatch],
  ])
    for (const [key, value] of Object.entries(section)) expect(keys[key]?.(value), `${key}: ${value}`).toBe(true)
})

test('it reads the volume that the app writes into, keeps its place there, and does not read that', () => {
  const mounts = Object.fromEntries(
    sidecar.volumeMounts.map(({ name, mountPath }: Record<string, string>) => [name, mountPath]),
  )
  expect(tail.path).toBe(`${mounts.logs}/*.log`)
  expect(tail.db.startsWith(`${mounts.logs}/`) && !tail.db.endsWith('.log')).toBe(true)
  expect(sidecar.args).toEqual([`--config=${mounts.logging}/fluent-bit.yaml`])
  expect(pod.volumes.map(({ name }: { name: string }) => name)).toEqual(['logs', 'logging'])
})

test('all variables are set: by the container, or by the overlay', () => {
  const set = sidecar.env.map(({ name }: { name: string }) => name)
  const used = [...JSON.stringify(config).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  expect(used).toEqual(['LOG_REGION', 'LOG_GROUP', 'LOG_STREAM'])
  expect(set).toEqual(['ENVIRONMENT', 'APP', 'POD', 'LOG_STREAM'])
})

test('a sidecar ends after the app, and keeps no Job from completing', () => {
  expect(sidecar.restartPolicy).toBe('Always')
})
