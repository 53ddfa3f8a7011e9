import { expect } from 'chai'
import { bomb, faulty } from '../support/faults.ts'
import { run } from '../support/run.ts'

describe('The memory of a call', () => {
  it('stays below 450 MB for a response of 300 kB that decompresses to 300 MB', async () => {
    // The decompressor of fetch needs 330 MB until the body is cancelled; reading it all needs 1,040 MB.
    const server = await faulty(bomb(201, 300_000_000))
    try {
      const { stdout } = await run('spec/fixtures/memory.ts', {}, [server.url])
      const [name, megabytes] = stdout.trim().split(' ')
      expect(name).to.equal('InvalidResponseError')
      expect(Number(megabytes)).to.be.within(30, 450)
    } finally {
      await server.close()
    }
  })
})
