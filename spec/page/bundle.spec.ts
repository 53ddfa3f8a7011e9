import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { rolldown } from 'rolldown'

describe('The page entry', () => {
  it('is at most 2 kB with gzip, imports nothing and uses no Node API', async () => {
    const bundle = await rolldown({ input: 'lib/page/index.ts', platform: 'browser' })
    const { output } = await bundle.generate({ minify: true })
    expect(output).to.have.length(1)
    const [{ code, imports, dynamicImports }] = output
    expect([imports, dynamicImports]).to.deep.equal([[], []])
    expect(gzipSync(code, { level: 9 }).byteLength).to.be.at.most(2000)
    expect(code).not.to.match(/\b(process|Buffer|require|node:|globalThis\.process)\b/)
  })
})
