import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { sandbox } from '../lib/testing/index.ts'
import { version } from '../lib/version.ts'
import { plainEnvironment } from './support/environment.ts'

const manifest: {
  version: string
  type: string
  exports: Record<string, string | Record<string, string>>
  imports: Record<string, Record<string, string>>
  scripts: Record<string, string>
  dependencies: Record<string, string>
  engines: Record<string, string>
} = JSON.parse(readFileSync('package.json', 'utf8'))

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const execute = promisify(execFile)

const npm = (folder: string, ...args: readonly string[]) =>
  execute('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: folder, timeout: 60_000 })

describe('The package', () => {
  it('says the same version in its manifest and in the User-Agent', () => {
    expect(version).to.equal(manifest.version)
  })

  it('depends on three packages at run time', () => {
    expect(manifest.dependencies).to.deep.equal({
      'fp-ts': '^2.16.11',
      'io-ts': '^2.2.22',
      ky: '^1.14.3 || ^2.1.0',
    })
    expect(manifest.engines).to.deep.equal({ node: '>=20.19' })
  })

  it('exports the library, its handler, its sandbox, and nothing else', async () => {
    expect(Object.keys(manifest.exports)).to.deep.equal(['.', './handler', './testing', './package.json'])
    const [built, source] = await Promise.all([import('stackone-session'), import('../lib/index.ts')])
    expect(Object.keys(built)).to.have.members(Object.keys(source))
    const [handler, handlerSource] = await Promise.all([
      import('stackone-session/handler'),
      import('../lib/handler.ts'),
    ])
    expect(Object.keys(handler)).to.deep.equal(['connectSessionHandler'])
    expect(Object.keys(handlerSource)).to.deep.equal(['connectSessionHandler'])
    const [testing, testingSource] = await Promise.all([
      import('stackone-session/testing'),
      import('../lib/testing/index.ts'),
    ])
    expect(Object.keys(testing)).to.have.members(Object.keys(testingSource))
  })

  it('lists its public names, so that none slips in or out', async () => {
    expect(Object.keys(await import('stackone-session')).sort()).to.deep.equal(
      [
        ...[
          'AbortError',
          'ApiError',
          'ConfigurationError',
          'NetworkError',
          'ReplyError',
          'TimeoutError',
          'ValidationError',
        ],
        ...['ConnectSession', 'ConnectSessionCreate', 'ConnectSessionToken'],
        ...['createClient', 'days', 'fromJSON', 'hours', 'isExpired', 'isSessionError', 'minutes', 'session'],
      ].sort(),
    )
  })

  it('has an exports map whose paths are all there, types first', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    )
    expect(targets.filter((path) => !existsSync(path))).to.deep.equal([])
    for (const target of Object.values(manifest.exports).filter((target) => typeof target !== 'string'))
      expect(Object.keys(target)).to.deep.equal(['types', 'default'])
  })

  it('has an imports map whose paths are all there, for Node and for bundlers', () => {
    const targets = Object.values(manifest.imports).flatMap((target) => Object.values(target))
    expect(targets.length).to.be.at.least(2)
    const paths = targets.map((path) => join('node_modules', path.replace('*', 'Either')))
    expect(paths.filter((path) => !existsSync(path))).to.deep.equal([])
  })

  it('runs nothing when it is installed', () => {
    const hooks = Object.keys(manifest.scripts).filter((name) =>
      /^(pre|post)?(install|prepare|prepack|publish|pack)$|^(prepublishOnly|dependencies)$/.test(name),
    )
    expect(hooks).to.deep.equal([])
  })
})

describe('The lock file', () => {
  const lock: { readonly lockfileVersion: number; readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
    readFileSync('package-lock.json', 'utf8'),
  )
  const { '': root = {}, ...installed } = lock.packages
  const without = (wrong: (locked: Locked) => boolean) =>
    Object.entries(installed)
      .filter(([, locked]) => wrong(locked))
      .map(([path]) => path)

  it('is of the form that every supported npm reads', () => {
    expect(lock.lockfileVersion).to.equal(3)
    expect(Object.keys(installed).length).to.be.at.least(80)
  })

  it('asks for what the manifest asks for', () => {
    const { dependencies, devDependencies }: Locked = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(root.dependencies).to.deep.equal(dependencies)
    expect(root.devDependencies).to.deep.equal(devDependencies)
    expect(root.version).to.equal(version)
  })

  it('holds three packages at run time, and no more below them', () => {
    const runtime = without(({ dev }) => dev !== true).filter((path) => installed[path]?.optional !== true)
    expect(runtime).to.have.members(['node_modules/fp-ts', 'node_modules/io-ts', 'node_modules/ky'])
  })

  it('has the integrity of every package, and names no host', () => {
    expect(without(({ integrity = '' }) => !/^sha512-[\w+/]{86}==$/.test(integrity))).to.deep.equal([])
    expect(without(({ resolved }) => resolved !== undefined)).to.deep.equal([])
  })

  it('has no package that runs a script when it is installed', () => {
    expect(without(({ hasInstallScript }) => hasInstallScript === true)).to.deep.equal([])
  })

  it('is whole on every platform: what is optional is in it too', () => {
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
  const inside = (...path: readonly string[]): string => join(folder, 'node_modules', 'stackone-session', ...path)

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tarball-'))
    const { stdout } = await npm(process.cwd(), 'pack', '--json', '--pack-destination', folder)
    // A list, or in later versions of npm an object by name.
    const answer: Readonly<Record<string, Packed>> = JSON.parse(stdout)
    const [packed] = Object.values(answer)
    files = packed?.files.map(({ path }) => path) ?? []
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await npm(folder, 'install', join(folder, packed?.filename ?? ''))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('holds the sources, their types, what is built of them, and what a reader wants; nothing else', () => {
    const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.ts'))
    const typed = sources.flatMap((file) =>
      ['.d.ts', '.d.ts.map'].map((ending) => `dist/${file.replace(/\.ts$/, ending)}`),
    )
    const entries = ['dist/index.js', 'dist/handler.js', 'dist/testing/index.js']
    const shared = readdirSync('dist/shared').flatMap((file) => (file.endsWith('.js') ? [`dist/shared/${file}`] : []))
    const built = [...entries, ...shared].flatMap((file) => [file, `${file}.map`])
    const guides = readdirSync('docs').flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : []))
    const texts = ['README.md', 'LICENSE', 'CHANGELOG.md', 'llms.txt', 'package.json', ...guides]
    expect([...files].sort()).to.deep.equal(
      [...sources.map((file) => `lib/${file}`), ...typed, ...built, ...texts].sort(),
    )
  })

  it('opens four files of its own at the most when it is imported', () => {
    const opened = new Set([inside('dist', 'index.js')])
    for (const file of opened) // also over those that are added on the way
      for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/ from "(\..*)";$/gm))
        opened.add(join(dirname(file), path))
    expect(opened.size).to.be.within(2, 4)
  })

  it('leads from what is built to the sources, which come with it', () => {
    const led = files
      .filter((file) => file.endsWith('.js.map'))
      .flatMap((file) => {
        const { sources }: { sources: readonly string[] } = JSON.parse(readFileSync(inside(file), 'utf8'))
        return sources.map((source) => inside(dirname(file), source))
      })
    expect(led.filter((path) => !existsSync(path))).to.deep.equal([])
    expect(led).to.include.members([inside('lib', 'session.ts'), inside('lib', 'testing', 'sandbox.ts')])
    expect(new Set(led).size, 'a source is built twice').to.equal(led.length)
  })

  it("brings three packages with it into a user's folder", () => {
    const brought = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(brought).to.have.members(['fp-ts', 'io-ts', 'ky', 'stackone-session'])
  })

  it('has a README whose first block runs as it stands, in plain Node', async () => {
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
