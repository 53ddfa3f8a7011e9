import { expect } from 'chai'
import { readText } from '../../lib/util/read-text.ts'

const readerOf = (...chunks: readonly Uint8Array[]) => {
  let pulls = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[pulls]
        pulls += 1
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
  return { reader: stream.getReader(), pulls: () => pulls }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('readText', () => {
  it('joins the chunks of a stream, also where a character is split', async () => {
    const smile = bytes('a😀b')
    const { reader } = readerOf(smile.slice(0, 3), smile.slice(3))
    expect(await readText(reader, new TextDecoder(), 100)).to.equal('a😀b')
  })

  it('accepts exactly the maximum number of bytes', async () => {
    expect(await readText(readerOf(bytes('abc'), bytes('de')).reader, new TextDecoder(), 5)).to.equal('abcde')
  })

  it('returns undefined, and stops reading, when the text is larger', async () => {
    const { reader, pulls } = readerOf(bytes('abc'), bytes('def'), bytes('ghi'))
    expect(await readText(reader, new TextDecoder(), 5)).to.equal(undefined)
    expect(pulls()).to.equal(2)
  })
})
