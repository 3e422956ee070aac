import { describe, test } from 'vitest'
import { contract } from '../../test/simulation/contract.ts'
import { memoryCluster } from '../../test/simulation/memory-cluster.ts'
import { memoryServer } from '../../test/simulation/memory-server.ts'

describe('the API server in memory', () => {
  test.each(contract)('$name', ({ holds }) => {
    const server = memoryServer()
    const elapse = async () => server.orphans().forEach(server.collect)
    return holds({ cluster: memoryCluster(server), namespace: 'previews', elapse })
  })
})
