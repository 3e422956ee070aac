import { afterAll, beforeAll, describe, test } from 'vitest'
import { pause } from '../../src/poll.ts'
import { contract } from '../simulation/contract.ts'
import { type Scratch, scratch } from './scratch.ts'

let home: Scratch
beforeAll(async () => {
  home = await scratch()
})
afterAll(() => home.close())

describe('the API server', () => {
  const elapse = () => pause(50, home.run.signal, 'the garbage collector')
  test.each(contract)('$name', ({ holds }) => holds({ cluster: home.cluster, namespace: home.namespace, elapse }))
})
