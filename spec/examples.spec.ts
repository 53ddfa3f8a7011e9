import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { sandbox } from '../lib/testing/index.ts'
import { early } from './support/early.ts'
import { type Ran, run } from './support/run.ts'

/** What each example prints, in this order; where numbers or times differ, a pattern. */
const printed: Readonly<Record<string, readonly RegExp[]>> = {
  quickstart: [
    /^POST \/connect_sessions at http:\/\/127\.0\.0\.1:\d+ \(the sandbox\)$/m,
    /^Session \{$/m,
    /^ {2}origin_owner_id: 'acme-42',$/m,
    /^ {2}token: '\[secret\]',$/m,
    /^ {2}drift: \[\]$/m,
    /opens the Hub once, until \d{4}-\d\d-\d\dT/,
    /<stackone-hub token="\.\.\.">/,
  ],
  reuse: [
    /^session 1: Acme Inc\., pro plan, production, until \d{4}-\d\d-\d\d$/m,
    /^session 2: Globex, free plan, test, until/m,
    /^session 3: Initech, pro plan, production, until/m,
    /^The base is as it was: SessionWithoutOwner \{\n {2}categories: \[ 'hris' \],/m,
  ],
  'fp-ts': [
    /^asking for acme-42\nAcme Inc\. may connect until \d{4}-\d\d-\d\dT/m,
    /^ValidationError: mend originOwnerName, expiresIn$/m,
    /^asking for acme-42\nApiError: ask again in 60 seconds$/m,
    /^ApiError: see what StackOne says to 502$/m,
    /^NetworkError: look at the connection \(ECONNRESET\), after 1 attempts$/m,
    /^TimeoutError: ask again later$/m,
    /^ReplyError: tell StackOne of id$/m,
    /^ConfigurationError: set up the client and its key$/m,
  ],
  ...Object.fromEntries(
    ['express', 'hono'].map((name) => [
      name,
      [
        /^POST http:\/\/127\.0\.0\.1:\d+\/connect$/m,
        /^A customer opens the Hub at recruiting:\n {2}200 \{"token":"\[secret\]","expiresAt":"\d{4}-[^"]*Z"\}$/m,
        /^Nobody is logged in:\n {2}401 \{"error":\{"code":"unauthorized",/m,
        /^A page asks for what is not on the list:\n {2}400 .*"path":"categories\[0\]"/m,
        /^A page says who the customer is:\n {2}400 .*"path":"originOwnerId"/m,
      ],
    ]),
  ),
  testing: [
    /^ {2}POST \/customers\/:id\/invitation$/m,
    /mails a link that is good for a week/,
    /says when to come back while StackOne is busy/,
    /gets over one lost connection/,
    /when the API has drifted: another success status/,
    /^ {2}\d\d passing/m,
  ],
}

/** These have specs of their own. */
const elsewhere = ['auth-link', 'bulk']

/** The names of all examples but those with an install of their own, which `.ci/run` runs. */
const names = readdirSync('examples')
  .filter((entry) => entry !== 'index.ts' && !existsSync(join('examples', entry, 'package.json')))
  .map((entry) => entry.replace(/\.ts$/, ''))

const example = (name: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  run('examples/index.ts', env, [name])

/** The files of a folder that somebody wrote, without the specs of an example. */
const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !/^(node_modules|\.next|next-env\.d\.ts|spec)$/.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return sourcesIn(path)
      return /\.tsx?$/.test(path) ? [path] : []
    })

const key = 'v1.eu1.mine'

describe('The examples', function () {
  this.timeout(60_000)

  it('are all run in the specs', () => {
    expect([...Object.keys(printed), ...elsewhere]).to.have.members(names)
  })

  it('are all in the table of the README', () => {
    const readme = readFileSync('README.md', 'utf8')
    const all = readdirSync('examples').filter((entry) => entry !== 'index.ts')
    expect(
      all.filter((entry) => !readme.includes(`[\`${entry.replace(/\.ts$/, '')}\`](examples/${entry}`)),
    ).to.deep.equal([])
  })

  for (const [name, patterns] of Object.entries(printed))
    describe(name, () => {
      const alone = early(() => example(name))
      it('runs on the sandbox, without an account', async () => {
        const { code, stdout, stderr } = await alone()
        expect(stderr).to.equal('')
        expect(code).to.equal(0)
        const places = patterns.map((pattern) => stdout.search(pattern))
        expect(places).not.to.include(-1)
        expect(places).to.deep.equal([...places].sort((a, b) => a - b))
      })

      // A spec is on the sandbox in any case.
      if (name === 'testing') return
      const api = sandbox({ apiKey: key })
      const atTheApi = early(async () => {
        const { url } = await api.listen()
        return example(name, { STACKONE_API_KEY: key, STACKONE_BASE_URL: url })
      })
      after(() => api[Symbol.asyncDispose]())

      it('talks to the API where a key is set', async () => {
        const { code, stdout } = await atTheApi()
        expect(code).to.equal(0)
        expect(api.sessions.length).to.be.at.least(1)
        expect(stdout).not.to.include(key)
        for (const { token } of api.sessions) expect(stdout).not.to.include(token)
      })
    })

  for (const file of sourcesIn('examples'))
    it(`${file} is under 80 lines`, () => {
      expect(readFileSync(file, 'utf8').split('\n').length).to.be.below(80)
    })
})

describe('npm run example', function () {
  this.timeout(60_000)
  const [none, wrong] = [[], ['quickstrat']].map((args) => early(() => run('examples/index.ts', {}, args)))

  const firstLine = (name: string): string => {
    const paths = [`${name}.ts`, `${name}/index.ts`, `${name}/${name}.spec.ts`].map((path) => join('examples', path))
    const [, line = ''] = /^\/\/ (.*)\n/.exec(readFileSync(paths.find(existsSync) ?? '', 'utf8')) ?? []
    return line
  }

  it('lists each example with the first line of its file', async () => {
    const { code, stdout, stderr } = (await none?.()) ?? expect.fail()
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    for (const name of names) {
      expect(firstLine(name)).to.match(/\.$/)
      expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).to.deep.include([name, firstLine(name)])
    }
  })

  it('lists them also where there is none of that name', async () => {
    const { code, stdout, stderr } = (await wrong?.()) ?? expect.fail()
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' })
    expect(stderr)
      .to.match(/^There is no example 'quickstrat'\.$/m)
      .and.match(/^ {2}quickstart +Mints a session/m)
  })
})
