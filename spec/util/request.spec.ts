import { expect } from 'chai'
import { createRoute, readBytes } from '../../lib/util/request.ts'
import { caught } from '../support/caught.ts'

const streamOf = (...chunks: readonly Uint8Array[]) => {
  const progress = { pulls: 0, isCancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[progress.pulls]
        progress.pulls += 1
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
      cancel: () => {
        progress.isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, progress }
}

const { signal } = new AbortController()

describe('readBytes', () => {
  it('joins the chunks of a stream', async () => {
    const { stream, progress } = streamOf(Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3))
    expect(await readBytes(stream, 100, signal)).to.deep.equal(Uint8Array.of(1, 2, 3))
    expect(progress.isCancelled).to.equal(false)
  })

  it('accepts exactly the maximum number of bytes', async () => {
    const { stream } = streamOf(Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5))
    expect(await readBytes(stream, 5, signal)).to.have.length(5)
  })

  it('returns undefined, and cancels the stream, when it is larger', async () => {
    const { stream, progress } = streamOf(new Uint8Array(3), new Uint8Array(3), new Uint8Array(3))
    expect(await readBytes(stream, 5, signal)).to.equal(undefined)
    expect(progress).to.deep.equal({ pulls: 2, isCancelled: true })
  })

  it('rejects a stream of text', async () => {
    const stream = new ReadableStream({ start: (controller) => controller.enqueue('text') })
    expect(await caught(readBytes(stream, 5, signal))).to.be.instanceOf(TypeError)
  })

  it('cancels the stream when the signal is aborted', async () => {
    const controller = new AbortController()
    const { stream, progress } = streamOf(new Uint8Array(3), new Uint8Array(3))
    const reading = readBytes(stream, 100, controller.signal)
    controller.abort()
    await reading
    expect(progress.isCancelled).to.equal(true)
  })
})

describe('A route', () => {
  it('accepts the requests of any library, and rejects anything else', async () => {
    const route = createRoute(async () => new Response('accepted'))
    const request = { url: 'https://acme.example', method: 'POST', headers: new Headers() }
    expect(await (await route(request)).text()).to.equal('accepted')
    const changes = [{ url: undefined }, { method: undefined }, { headers: undefined }, { headers: {} }]
    for (const other of [undefined, null, 'text', ...changes.map((change) => ({ ...request, ...change }))])
      expect(await caught(route(other))).to.have.property('name', 'ConfigurationError')
  })
})
