import { expect, test } from 'vitest'
import type { Live } from './cluster.ts'
import { byRule, READY_ANNOTATION, readyRuleProblem } from './ready-rule.ts'

const widget = (rule: string | undefined, status: object = {}): Live => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: {
    name: 'w',
    uid: 'u',
    resourceVersion: '1',
    annotations: { 'example.com/other': 'x', ...(rule === undefined ? {} : { [READY_ANNOTATION]: rule }) },
  },
  status,
})
const ready = { ready: true }
const notYet = (reason: string) => ({ ready: false, reason })

const status = {
  phase: 'Running',
  replicas: 3,
  paused: false,
  nothing: null,
  'node-name': 'a',
  address: { ip: '192.0.2.1' },
  parts: [{ state: 'up' }, { state: 'down' }],
  conditions: [
    { type: 'Synced', status: 'True' },
    { type: 'Ready', status: 'False' },
  ],
}

test.each([
  { rule: '{.status.phase}=Running', is: ready },
  { rule: "{.status.phase}='Running'", is: ready },
  { rule: '{$.status.phase}="Running"', is: ready },
  { rule: ' {.status.phase}=Running\n', is: ready },
  { rule: '{.status.phase}=Running now', is: notYet('{.status.phase} is Running, not Running now') },
  { rule: '{.status.phase}=running', is: notYet('{.status.phase} is Running, not running') },
  { rule: '{.status.replicas}=3', is: ready },
  { rule: '{.status.paused}=false', is: ready },
  { rule: '{.status.node-name}=a', is: ready },
  { rule: "{.metadata.annotations['example.com/other']}=x", is: ready },
  { rule: '{.status.conditions[?(@.type=="Synced")].status}=True', is: ready },
  {
    rule: '{.status.conditions[?(@.type=="Ready")].status}=True',
    is: notYet('{.status.conditions[?(@.type=="Ready")].status} is False, not True'),
  },
  { rule: '{.status.parts[0].state}=up', is: ready },
  { rule: '{.status.parts[*].state}=up', is: notYet('{.status.parts[*].state} is down, not up') },
  { rule: '{.status.address}', is: ready },
  { rule: '{.status.address}=192.0.2.1', is: notYet('{.status.address} is {"ip":"192.0.2.1"}, not 192.0.2.1') },
  { rule: '{.status.paused}', is: ready },
  { rule: '{.status.nothing}', is: notYet('{.status.nothing} is not there') },
  { rule: '{.status.url}', is: notYet('{.status.url} is not there') },
  { rule: '{.status.url}=x', is: notYet('{.status.url} is not there') },
])('$rule', ({ rule, is }) => {
  expect(readyRuleProblem(rule)).toBeUndefined()
  expect(byRule(widget(rule, status))).toEqual(is)
})

test('without a rule it has no word', () => {
  expect(byRule(widget(undefined, status))).toBeUndefined()
})

test.each([
  'true',
  '',
  '.status.phase=Running',
  '{.status.phase',
  '{.status.phase}=',
  '{.status.phase}==Running',
  '{.status.}=x',
  '{status.phase}=Running',
  '{.status.phase=="Running"}',
  '{.status[?(@.type==)]}',
  '{.status[(1+1)]}',
  '{.status[?match(@.name, "(a+)+$")]}',
  '{range .items[*]}{.status}{end}',
])('%j cannot be read', (rule) => {
  const problem = expect.stringContaining("write eks-preview/ready: '{.status.phase}=Running'")
  expect(readyRuleProblem(rule)).toEqual(problem)
  expect(byRule(widget(rule, status))).toEqual({ failed: true, reason: problem })
})
