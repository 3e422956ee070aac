import { expect, test } from 'vitest'
import { judge } from './testing/sample.ts'

test('an object may have what etcd takes', () => {
  const sized = (bytes: number) => judge({ ConfigMap: { data: { A: 'ü'.repeat(bytes / 2) } } }).problems
  expect(sized(1_500_000)).toEqual([])
  expect(sized(1_572_864)).toEqual([
    {
      message: expect.stringMatching(/^ConfigMap\/settings: it has 1572\d{3} bytes; Kubernetes takes 1572864$/),
      hint: 'take large files out of it: let the app fetch them, or put them into the image',
      file: 'k8s/ConfigMap.yaml',
    },
  ])
})

test('annotations may have 256 KiB together, keys included', () => {
  const sized = (bytes: number) =>
    judge({ ConfigMap: { metadata: { annotations: { key: 'x'.repeat(bytes - 3) } } } }).problems
  expect(sized(262_144)).toEqual([])
  expect(sized(262_145)).toEqual([
    {
      message: 'ConfigMap/settings: metadata.annotations has 262145 bytes; Kubernetes takes 262144',
      hint: 'remove what is not for people or controllers to read',
      file: 'k8s/ConfigMap.yaml',
    },
  ])
})
