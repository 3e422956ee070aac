import { expect, test } from 'vitest'
import { cgroupName } from './cgroups.ts'
import { stateRoot } from './state.ts'

test('a state folder too deep for unix sockets is refused', () => {
  expect(stateRoot('/tmp/stack')).toBe('/tmp/stack')
  expect(() => stateRoot(`/tmp/${'x'.repeat(70)}`)).toThrow('--state')
})

test('each state folder has a cgroup of its own', () => {
  expect(cgroupName('/tmp/a')).toBe(cgroupName('/tmp/a'))
  expect(cgroupName('/tmp/a')).not.toBe(cgroupName('/tmp/b'))
})
