import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { sandbox } from '../../lib/testing/index.ts'
import { early } from '../support/early.ts'
import { itEach } from '../support/it-each.ts'
import { type Ran, run } from '../support/run.ts'

/** The patterns that the output of each example matches, in this order. */
const outputs: Readonly<Record<string, readonly RegExp[]>> = {
  quickstart: [
    /^POST \/connect_sessions at http:\/\/127\.0\.0\.1:\d+ \(the sandbox\)$/m,
    /^Session \{$/m,
    /^ {2}origin_owner_id: 'acme-42',$/m,
    /^ {2}token: '\[secret\]',$/m,
    /^ {2}drift: \[\]$/m,
    /^created\.token has \d+ characters and is valid until \d{4}-\d\d-\d\dT/m,
    /<stackone-hub token="\.\.\.">/,
  ],
  reuse: [
    /^session 1: Acme Inc\., pro plan, production, until \d{4}-\d\d-\d\d$/m,
    /^session 2: Globex, free plan, test, until/m,
    /^session 3: Initech, pro plan, production, until/m,
    /^The base is unchanged: SessionWithoutOwner \{\n {2}categories: \[ 'hris' \],/m,
  ],
  'fp-ts': [
    /^creating a session for acme-42\nAcme Inc\. can connect until \d{4}-\d\d-\d\dT/m,
    /^ValidationError: fix originOwnerName, expiresIn$/m,
    /^creating a session for acme-42\nApiError: retry in 60 seconds$/m,
    /^ApiError: see the response body \(status 502\)$/m,
    /^NetworkError: check the connection \(ECONNRESET, attempts: 1\)$/m,
    /^TimeoutError: retry later$/m,
    /^InvalidResponseError: report id to StackOne$/m,
    /^ConfigurationError: check the client options and the API key$/m,
  ],
  ...Object.fromEntries(
    ['express', 'hono'].map((name) => [
      name,
      [
        /^POST http:\/\/127\.0\.0\.1:\d+\/connect$/m,
        /^A signed-in customer connects a recruiting system:\n {2}200 \{"token":"\[secret\]","expiresAt":"\d{4}-[^"]*Z"\}$/m,
        /^The request has no session cookie:\n {2}401 \{"error":\{"code":"unauthorized",/m,
        /^The page requests a category that is not allowed:\n {2}400 .*"path":"categories\[0\]"/m,
        /^The page tries to set the owner:\n {2}400 .*"path":"originOwnerId"/m,
        /^A page of an allowed origin sends a preflight request:\n {2}204$/m,
      ],
    ]),
  ),
  testing: [
    /^ {2}POST \/customers\/:id\/invitation$/m,
    /mails a link that is valid for a week/,
    /responds with Retry-After when StackOne limits the rate/,
    /retries after a lost connection/,
    /mails the link if the response drifts: another success status/,
    /^ {2}\d\d passing/m,
  ],
}

/** Examples that have separate spec files. */
const testedElsewhere = ['auth-link', 'bulk', 'webhook']

/** The names of all examples without a package.json. `.ci/run` runs the others. */
const names = readdirSync('examples')
  .filter((entry) => entry !== 'index.ts' && !existsSync(join('examples', entry, 'package.json')))
  .map((entry) => entry.replace(/\.ts$/, ''))

const example = (names: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  run('examples/index.ts', env, names)

/** Returns the source files of a folder, without specs and generated files. */
const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !/^(node_modules|\.next|next-env\.d\.ts|spec)$/.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? sourcesIn(path) : [path].filter((file) => /\.tsx?$/.test(file))
    })

const key = 'v1.eu1.mine'

describe('The examples', function () {
  this.timeout(60_000)

  it('all have a spec', () => {
    expect([...Object.keys(outputs), ...testedElsewhere]).to.have.members(names)
  })

  it('are all listed in the README', () => {
    const readme = readFileSync('README.md', 'utf8')
    const all = readdirSync('examples').filter((entry) => entry !== 'index.ts')
    const linkTo = (entry: string): string => `[\`${entry.replace(/\.ts$/, '')}\`](examples/${entry}`
    expect(all.filter((entry) => !readme.includes(linkTo(entry)))).to.deep.equal([])
  })

  for (const [name, patterns] of Object.entries(outputs))
    describe(name, () => {
      const onSandbox = early(() => example([name]))
      it('runs on the sandbox without a key', async () => {
        const { code, stdout, stderr } = await onSandbox()
        expect(stderr).to.equal('')
        expect(code).to.equal(0)
        const places = patterns.map((pattern) => stdout.search(pattern))
        expect(places).not.to.include(-1)
        expect(places).to.deep.equal([...places].sort((a, b) => a - b))
      })

      // The testing example always uses the sandbox.
      if (name === 'testing') return
      const api = sandbox({ apiKey: key })
      const withKey = early(async () => {
        const { url } = await api.listen()
        return example([name], { STACKONE_API_KEY: key, STACKONE_BASE_URL: url })
      })
      after(() => api[Symbol.asyncDispose]())

      it('calls the API if a key is set', async () => {
        const { code, stdout } = await withKey()
        expect(code).to.equal(0)
        expect(api.sessions.length).to.be.at.least(1)
        expect(stdout).not.to.include(key)
        for (const { token } of api.sessions) expect(stdout).not.to.include(token)
      })
    })

  itEach('have files of at most 80 lines', sourcesIn('examples'), (file) => {
    expect(readFileSync(file, 'utf8').split('\n').length).to.be.below(80)
  })
})

describe('npm run example', function () {
  this.timeout(60_000)
  const withoutName = early(() => example([]))
  const unknownName = early(() => example(['quickstrat']))

  const firstLine = (name: string): string => {
    const paths = [`${name}.ts`, `${name}/index.ts`, `${name}/${name}.spec.ts`].map((path) => join('examples', path))
    const [, line = ''] = /^\/\/ (.*)\n/.exec(readFileSync(paths.find(existsSync) ?? '', 'utf8')) ?? []
    return line
  }

  it('lists each example with the first line of its file', async () => {
    const { code, stdout, stderr } = await withoutName()
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    for (const name of names) {
      expect(firstLine(name)).to.match(/\.$/)
      expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).to.deep.include([name, firstLine(name)])
    }
  })

  it('lists all examples after an unknown name', async () => {
    const { code, stdout, stderr } = await unknownName()
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' })
    expect(stderr)
      .to.match(/^Unknown example 'quickstrat'\.$/m)
      .and.match(/^ {2}quickstart +Creates a session/m)
  })
})
