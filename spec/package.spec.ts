import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { version } from '../lib/version.ts'

const manifest: {
  version: string
  type: string
  exports: Record<string, unknown>
  dependencies: Record<string, string>
  engines: Record<string, string>
} = JSON.parse(readFileSync('package.json', 'utf8'))

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

  it('exports the library, its sandbox, and nothing else', async () => {
    expect(Object.keys(manifest.exports)).to.deep.equal(['.', './testing', './package.json'])
    const [built, source] = await Promise.all([import('stackone-session'), import('../lib/index.ts')])
    expect(Object.keys(built)).to.have.members(Object.keys(source))
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
})
