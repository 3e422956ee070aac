import { expect, test } from 'vitest'
import { samples } from '../../test/report-samples.ts'
import { addressOf, begun, deploymentIn, descriptionOf } from './deployment.ts'

const { environment } = samples.live
const per = (per: 'install' | 'pull request') => ({ deployments: { per, isAsked: true } })

test('one environment for all, one for each, or none', () => {
  const task = `preview:${environment.short}`
  expect(deploymentIn(per('install'), environment, 12)).toEqual({ environment: 'preview', task, isAsked: true })
  expect(deploymentIn(per('pull request'), environment, 12)?.environment).toBe('preview-12')
  // A branch is removed by hand: whatever its environment is called, the task finds it.
  expect(deploymentIn(per('pull request'), environment, undefined)).toMatchObject({ task })
  expect(deploymentIn({ deployments: undefined }, environment, 12)).toBeUndefined()
})

test.each([
  ['the first', undefined, { shown: { id: 2, commit: 'b', live: false } }],
  ['one before is live: it serves until this one does', { id: 1, live: true }, { shown: { serving: 1 } }],
  ['one before failed while another served', { id: 1, live: false, serving: 0 }, { shown: { serving: 0 }, stale: 1 }],
  ['one before was killed', { id: 1, live: false }, { stale: 1 }],
  ['itself', { id: 2, live: true }, { shown: { id: 2, live: true } }],
])('remembered: %s', (_, before, expected) => {
  expect(begun(2, 'b', before && { commit: 'a', ...before })).toMatchObject(expected)
})

test('a description fits, and only an address that answered with the commit is given out', () => {
  const title = '🍣'.repeat(100)
  const failure = Object.assign(samples.badInput.failure, { message: title })
  expect(descriptionOf({ ...samples.badInput, failure })).toMatch(/^.{1,140}$/)
  expect(addressOf(samples.live)).toBe(samples.live.apps[0]?.url)
  expect(addressOf(samples.updating)).toBeUndefined()
})
