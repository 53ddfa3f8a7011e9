import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import * as root from 'stackone-session'
import { connectSessionHandler } from 'stackone-session/handler'
import { sandbox } from 'stackone-session/testing'
import ts from 'typescript'
import { version } from '../lib/util/defaults.ts'
import { caught } from './support/caught.ts'
import { plainEnvironment } from './support/environment.ts'
import { itEach } from './support/it-each.ts'
import { filesLinkedBy } from './support/links.ts'
import { polluted } from './support/polluted.ts'
import { minted } from './support/server.ts'
import { jsonResponse, stub } from './support/stub.ts'

interface Target {
  readonly types: string
  readonly default: string
}

interface Manifest {
  readonly version: string
  readonly sideEffects: boolean
  readonly main: string
  readonly types: string
  readonly typesVersions: { readonly '*': Readonly<Record<string, readonly string[]>> }
  readonly exports: Readonly<Record<string, string | { readonly import: Target; readonly require: Target }>>
  readonly scripts: Readonly<Record<string, string>>
  readonly engines: Readonly<Record<string, string>>
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const subpaths = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ subpath, ...target }],
)

const require = createRequire(import.meta.url)

// The CommonJS modules have the same types.
const required: typeof root = require('stackone-session')

interface Locked {
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Packed {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** Returns what a file imports or references: by `import`, `require`, or a reference to types. */
const importsOf = (file: string): readonly string[] => {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true)
  return [...importedFiles, ...typeReferenceDirectives].map(({ fileName }) => fileName)
}

const execute = promisify(execFile)

const npm = (folder: string, ...args: readonly string[]) =>
  execute('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: folder, timeout: 60_000 })

describe('The package', () => {
  it('has no dependencies, no side effects, and the version that the User-Agent has', () => {
    expect(manifest).to.include({ version, sideEffects: false })
    expect(manifest).to.not.have.any.keys('dependencies', 'peerDependencies', 'optionalDependencies')
    expect(manifest.engines).to.deep.equal({ node: '>=20.19' })
  })

  it('runs no script when it is installed', () => {
    const hook = /^(pre|post)?(install|prepare|prepack|publish|pack)$|^(prepublishOnly|dependencies)$/
    expect(Object.keys(manifest.scripts).filter((name) => hook.test(name))).to.deep.equal([])
  })

  itEach('exports the names of the sources, from both builds', subpaths, async ({ subpath }) => {
    const source: object = await import(join('../lib', subpath, 'index.ts'))
    const name = subpath.replace('.', 'stackone-session')
    const built: object = await import(name)
    expect(Object.keys(built)).to.have.members(Object.keys(source))
    expect(Object.keys(require(name))).to.have.members(Object.keys(source))
  })

  it('has an entry for each subpath by import and by require, with its types first', () => {
    const names = ['.', './handler', './page', './testing', './webhook', './package.json']
    expect(Object.keys(manifest.exports)).to.deep.equal(names)
    for (const { subpath, ...conditions } of subpaths) {
      expect(Object.keys(conditions), subpath).to.deep.equal(['import', 'require'])
      for (const target of Object.values(conditions)) {
        expect(Object.keys(target), subpath).to.deep.equal(['types', 'default'])
        for (const path of Object.values(target)) expect(existsSync(path), path).to.equal(true)
      }
    }
  })

  it('has the same entries for resolvers that do not read exports', () => {
    const { main, types, typesVersions } = manifest
    const [first, ...others] = subpaths
    expect({ types, default: main }).to.deep.equal(first?.require)
    expect(typesVersions['*']).to.deep.equal(
      Object.fromEntries(others.map((other) => [other.subpath.slice(2), [other.require.types]])),
    )
  })

  it('includes the license of each package whose code it contains', () => {
    const text = readFileSync('THIRD-PARTY-LICENSES.md', 'utf8')
    for (const name of ['fp-ts', 'io-ts', 'ky']) {
      const folder = join('node_modules', name)
      const license = readdirSync(folder).find((file) => /^license/i.test(file)) ?? ''
      const { version: installed }: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      expect(text).to.include(`## ${name} ${installed}\n`)
      expect(text).to.include(readFileSync(join(folder, license), 'utf8').trim())
    }
  })
})

describe('The ES modules and the CommonJS modules', () => {
  const pairs = [
    { title: 'a session by import and a client by require', one: root, other: required },
    { title: 'a session by require and a client by import', one: required, other: root },
  ]

  itEach('create a token and recognize the errors of each other', pairs, async ({ one, other }) => {
    const api = sandbox()
    const client = other.createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch })
    const acme = one.session().owner('acme-42', 'Acme Inc.')
    const created = await acme.send(client)
    expect(created.token).to.equal(api.sessions[0]?.token)
    expect(one.isExpired(created)).to.equal(false)
    expect(other.ConnectSessionToken.is(created)).to.equal(true)
    api.fail(401)
    const error = await caught(acme.send(client))
    expect(error).to.be.instanceOf(other.ApiError)
    expect(error).to.not.be.instanceOf(one.ApiError)
    expect([one, other].map(({ isSessionError }) => isSessionError(error))).to.deep.equal([true, true])
    expect(await acme.task(client)()).to.have.property('_tag', 'Right')
  })

  it('serve a handler of one build with a client and a callback of the other', async () => {
    const api = sandbox()
    const POST = connectSessionHandler({
      client: required.createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch }),
      owner: () => ({ id: 'acme-42', name: 'Acme Inc.' }),
      configure: (session) => session.expiresIn(required.minutes(5)),
    })
    const response = await POST(new Request('https://acme.example/connect', { method: 'POST' }))
    expect(response.status).to.equal(200)
    expect(await response.json()).to.have.property('token', api.sessions[0]?.token)
  })

  const kyOptions = 'body headers hooks json parseJson prefixUrl retry searchParams signal throwHttpErrors timeout'
    .split(' ')
    .flatMap((name) => [{ name, build: root } as const, { name, build: required } as const])
  itEach('inherit no option of ky from a polluted Object.prototype', kyOptions, async ({ name, build }) => {
    const response = jsonResponse(201, minted)
    const { fetch, requests } = stub(() => response)
    const client = build.createClient({ apiKey: 'v1.key', fetch })
    const send = () => build.session().owner('acme-42', 'Acme Inc.').send(client)
    expect((await polluted({ [name]: 'evil' }, send)).token).to.equal(minted.token)
    expect(requests).to.have.lengthOf(1)
  })
})

describe('The lock file', () => {
  const lock: { readonly lockfileVersion: number; readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
    readFileSync('package-lock.json', 'utf8'),
  )
  const { '': _, ...installed } = lock.packages

  it('has a format that every supported npm reads', () => {
    expect(lock.lockfileVersion).to.equal(3)
    expect(Object.keys(installed).length).to.be.at.least(80)
  })

  it('has the integrity of every package, and names no host and no package with an install script', () => {
    for (const [path, { integrity, resolved, hasInstallScript }] of Object.entries(installed)) {
      expect(integrity, path).to.match(/^sha512-[\w+/]{86}==$/)
      expect([resolved, hasInstallScript], path).to.deep.equal([undefined, undefined])
    }
  })

  it('contains the optional dependencies of every platform', () => {
    const missing = Object.entries(installed).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !(`node_modules/${name}` in installed) && !(`${path}/node_modules/${name}` in installed))
        .map((name) => `${name} of ${path}`),
    )
    expect(missing).to.deep.equal([])
  })
})

describe('The tarball', function () {
  this.timeout(120_000)
  let folder = ''
  let files: readonly string[] = []
  let unpackedSize = Number.NaN
  const inside = (...path: readonly string[]): string => join(folder, 'node_modules', 'stackone-session', ...path)

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tarball-'))
    const { stdout } = await npm(process.cwd(), 'pack', '--json', '--pack-destination', folder)
    // An array, or in newer versions of npm an object.
    const output: Readonly<Record<string, Packed>> = JSON.parse(stdout)
    const [packed] = Object.values(output)
    unpackedSize = packed?.unpackedSize ?? Number.NaN
    files = packed?.files.map(({ path }) => path) ?? []
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await npm(folder, 'install', join(folder, packed?.filename ?? ''))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('contains the build and the documents', () => {
    const dist = readdirSync('dist', { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/'))
    const documents = files.filter((file) => !/^(dist|examples|spec)\//.test(file))
    const guides = readdirSync('docs').flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : []))
    const texts = ['README', 'CHANGELOG', 'CONTRIBUTING', 'SECURITY', 'THIRD-PARTY-LICENSES'].map(
      (name) => `${name}.md`,
    )
    expect(files.filter((file) => file.startsWith('dist/'))).to.have.members(dist)
    expect(documents).to.have.members([...texts, ...guides, 'LICENSE', 'llms.txt', 'package.json'])
  })

  it('contains the files that its documents link to', () => {
    const documents = files.filter((file) => /^(\w|-|docs\/)+\.(md|txt)$/.test(file))
    expect(documents).to.include.members(['README.md', 'llms.txt', 'docs/testing.md'])
    const missing = documents.flatMap((file) =>
      filesLinkedBy(file)
        .filter((target) => !files.includes(target))
        .map((target) => `${target}, in ${file}`),
    )
    expect(missing).to.deep.equal([])
  })

  it('has at most 700 kB and no source maps, which would lead to files that are not published', () => {
    expect(unpackedSize).to.be.at.most(700_000)
    const code = files.filter((file) => file.startsWith('dist/'))
    expect(code.filter((file) => file.endsWith('.map'))).to.deep.equal([])
    expect(code.filter((file) => readFileSync(inside(file), 'utf8').includes('sourceMappingURL'))).to.deep.equal([])
  })

  it('imports no package, and built-in modules only in the sandbox', () => {
    const imported = files
      .filter((file) => /^dist\/.*\.(js|d\.ts)$/.test(file))
      .flatMap((file) =>
        importsOf(inside(file))
          .filter((name) => !name.startsWith('.'))
          .map((name) => `${file.replace('cjs/', '')}: ${name}`),
      )
    expect([...new Set(imported)]).to.have.members(['dist/testing.js: node:http'])
  })

  it('loads two files when it is imported, and one for a page', () => {
    const loadedBy = (entry: string): number => {
      const loaded = new Set([inside('dist', entry)])
      for (const file of loaded) // includes files that are added in the loop
        for (const name of importsOf(file)) loaded.add(join(dirname(file), name))
      return loaded.size
    }
    expect(loadedBy('index.js')).to.equal(2)
    expect(loadedBy('page.js')).to.equal(1)
  })

  it('installs as a single package', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(installed).to.deep.equal(['stackone-session'])
  })

  it('has a README whose first block runs unchanged in plain Node.js', async () => {
    const readme = readFileSync(inside('README.md'), 'utf8')
    const [, block = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? []
    expect(block).to.include('.send(client)')
    writeFileSync(join(folder, 'first.mjs'), `${block}\nconsole.log(token, authLinkUrl, expiresAt.toISOString())\n`)
    const api = sandbox({ apiKey: 'v1.sandbox.key' })
    const server = await api.listen()
    try {
      const env = { ...plainEnvironment(), STACKONE_API_KEY: 'v1.sandbox.key', STACKONE_BASE_URL: server.url }
      const { stdout, stderr } = await execute(process.execPath, ['first.mjs'], { cwd: folder, env, timeout: 30_000 })
      expect(stderr).to.equal('')
      expect(api.sessions).to.have.length(1)
      expect(stdout.split(' ')[0]).to.equal(api.sessions[0]?.token)
    } finally {
      await server.close()
    }
  })
})
