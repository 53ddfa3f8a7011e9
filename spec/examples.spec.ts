import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { sandbox } from '../lib/testing/index.ts'
import { run } from './support/run.ts'

/** What each example prints, in this order; where numbers or times differ, a pattern. */
const printed: Readonly<Record<string, readonly RegExp[]>> = {
  'quickstart.ts': [
    /^POST \/connect_sessions at http:\/\/127\.0\.0\.1:\d+ \(the sandbox\)$/m,
    /^Session \{$/m,
    /^ {2}origin_owner_id: 'acme-42',$/m,
    /^ {2}token: '\[secret\]',$/m,
    /^ {2}drift: \[\]$/m,
    /opens the Hub once, until \d{4}-\d\d-\d\dT/,
    /<stackone-hub token="\.\.\.">/,
  ],
  'reuse.ts': [
    /^session 1: Acme Inc\., pro plan, production, until \d{4}-\d\d-\d\d$/m,
    /^session 2: Globex, free plan, test, until/m,
    /^session 3: Initech, pro plan, production, until/m,
    /^The base is as it was: SessionWithoutOwner \{\n {2}categories: \[ 'hris' \],/m,
  ],
}

describe('The examples', () => {
  const files = readdirSync('examples').filter((file) => file.endsWith('.ts'))

  it('are all run here', () => {
    expect(Object.keys(printed)).to.have.members(files)
  })

  for (const file of files) {
    it(`${file} runs on the sandbox, without an account`, async function () {
      this.timeout(30_000)
      const { code, stdout, stderr } = await run(join('examples', file))
      expect(stderr).to.equal('')
      expect(code).to.equal(0)
      const places = printed[file]?.map((pattern) => stdout.search(pattern)) ?? []
      expect(places).not.to.include(-1)
      expect(places).to.deep.equal([...places].sort((a, b) => a - b))
    })

    it(`${file} talks to the API where a key is set`, async function () {
      this.timeout(30_000)
      const api = sandbox({ apiKey: 'v1.eu1.mine' })
      const server = await api.listen()
      try {
        const env = { STACKONE_API_KEY: 'v1.eu1.mine', STACKONE_BASE_URL: server.url }
        const { code, stdout } = await run(join('examples', file), env)
        expect(code).to.equal(0)
        expect(api.sessions.length).to.be.at.least(1)
        expect(stdout).not.to.include('v1.eu1.mine')
        for (const { token } of api.sessions) expect(stdout).not.to.include(token)
      } finally {
        await server.close()
      }
    })

    it(`${file} is under 80 lines`, () => {
      expect(readFileSync(join('examples', file), 'utf8').split('\n').length).to.be.below(80)
    })
  }
})
