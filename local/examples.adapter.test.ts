import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { CONFIG_PATH } from '../src/config.ts'
import { manifestsOf, planFor } from './rendering.ts'

const folder = 'examples/minimal'

test('what examples/minimal shows is what its six lines become', async () => {
  const config = await readFile(`${folder}/${CONFIG_PATH}`, 'utf8')
  expect(config.trim().split('\n')).toHaveLength(6)
  expect(await readFile(`${folder}/README.md`, 'utf8')).toContain(`\`\`\`yaml\n${config}\`\`\``)
  const { text, warnings } = await manifestsOf(planFor(config, { folder }))
  expect(warnings).toEqual([])
  expect(text).toBe(await readFile(`${folder}/rendered.yaml`, 'utf8'))
  expect(parseAllDocuments(text).map((document) => document.get('kind'))).toEqual([
    'ConfigMap',
    'Secret',
    'Service',
    'Deployment',
    'PodDisruptionBudget',
    'HorizontalPodAutoscaler',
    'Ingress',
  ])
})
