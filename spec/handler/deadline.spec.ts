import { request as httpRequest } from 'node:http'
import { expect } from 'chai'
import type { HandlerOptions, Owner } from '../../lib/handler/index.ts'
import { TimeoutError } from '../../lib/index.ts'
import { until } from '../support/call.ts'
import { itEach } from '../support/it-each.ts'
import { acme, post, postJson, serve, setUp, url } from '../support/page.ts'
import { unhandledRejections } from '../support/unhandled.ts'

const never = (..._: readonly unknown[]): Promise<never> => new Promise(() => {})

const allow = { ownsAccount: () => true }

/** Each callback and the call, made to hang. */
const steps: readonly (readonly [string, Partial<HandlerOptions>])[] = [
  ['The owner callback', { owner: never }],
  ['The ownsAccount callback', { allow: { ownsAccount: never } }],
  ['The configure callback', { configure: never }],
  ['The call to StackOne', { client: { create: never } }],
  ['The onSession callback', { onSession: never }],
]

/** A body that starts and never ends, and whether it was cancelled. */
const hangingBody = () => {
  const state = { isCancelled: false }
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"accountId":')),
    cancel: () => {
      state.isCancelled = true
    },
  })
  return { body, state }
}

describe("The handler's timeout", () => {
  const unhandled = unhandledRejections()
  afterEach(() => expect(unhandled).to.deep.equal([]))

  itEach('responds with 504 if it elapses in any step, and reports the step', steps, async ([step, options]) => {
    const { call, errors } = setUp({ allow, timeout: 30, ...options })
    const { status, code, message } = await call(postJson({ accountId: '451' }))
    expect([status, code, message]).to.deep.equal([504, 'timeout', 'Request timed out'])
    expect(errors).to.have.length(1)
    expect(errors[0]).to.be.instanceOf(TimeoutError)
    expect(errors[0])
      .to.have.property('message')
      .that.equals(`${step} did not finish within the handler's timeout of 30 ms.`)
  })

  it('responds with 408 to a body that is too slow, cancels it, and reports nothing', async () => {
    const { call, errors, sent } = setUp({ allow, timeout: 30 })
    const { body, state } = hangingBody()
    const { status, code, message } = await call(post(body))
    expect([status, code, message]).to.deep.equal([408, 'body-timeout', 'Request body timed out'])
    expect([errors, sent()]).to.deep.equal([[], []])
    expect(await until(() => state.isCancelled)).to.equal(true)
  })

  it('covers all steps together', async () => {
    const afterPause = <A>(value: A) => new Promise<A>((resolve) => setTimeout(() => resolve(value), 40))
    const { call, sent } = setUp({
      timeout: 100,
      allow: { ownsAccount: () => afterPause(true) },
      owner: () => afterPause(acme),
      configure: afterPause,
    })
    expect((await call(postJson({ accountId: '451' }))).status).to.equal(504)
    expect(sent()).to.deep.equal([])
  })

  /** Returns an owner callback that waits for `finish`. */
  const waitingOwner = () => {
    const waiting: { finish: (owner: Promise<Owner>) => void } = { finish: () => expect.fail('not called') }
    const owner = () => new Promise<Owner>((resolve) => Object.assign(waiting, { finish: resolve }))
    return { owner, finish: (result: Promise<Owner>) => waiting.finish(result) }
  }
  const pause = () => new Promise((resolve) => setTimeout(resolve, 40))

  it('ignores a callback that fails later', async () => {
    const { owner, finish } = waitingOwner()
    const { call, errors } = setUp({ timeout: 20, owner })
    expect((await call(post())).status).to.equal(504)
    finish(Promise.reject(new Error('database down')))
    await pause()
    expect(errors).to.have.length(1)
  })

  it('skips the steps after the one in which it elapsed', async () => {
    const calls: unknown[] = []
    const { owner, finish } = waitingOwner()
    const { call, errors } = setUp({ timeout: 20, owner, client: { create: (...args) => never(calls.push(args)) } })
    expect((await call(post())).status).to.equal(504)
    finish(Promise.resolve(acme))
    await pause()
    expect([calls, errors.length]).to.deep.equal([[], 1])
  })
})

describe('A page that disconnects', () => {
  itEach('ends the request with 499 in any step, and reports nothing', steps, async ([, options]) => {
    const page = new AbortController()
    const { call, errors } = setUp({ allow, ...options })
    const body = JSON.stringify({ accountId: '451' })
    const headers = { 'content-type': 'application/json' }
    const response = call(new Request(url, { method: 'POST', body, headers, signal: page.signal }))
    setTimeout(() => page.abort(), 20)
    const { status, code } = await response
    expect([status, code, errors]).to.deep.equal([499, 'aborted', []])
  })

  it('ends the request with 499 while the body is read', async () => {
    const page = new AbortController()
    const { call, errors } = setUp({ allow })
    const { body, state } = hangingBody()
    // A request that is aborted itself would fail its body, and not only its signal.
    const request = post(body)
    Object.defineProperty(request, 'signal', { value: page.signal })
    const response = call(request)
    setTimeout(() => page.abort(), 20)
    const { status, code } = await response
    expect([status, code, errors]).to.deep.equal([499, 'aborted', []])
    expect(await until(() => state.isCancelled)).to.equal(true)
  })

  it('ends the request before the owner callback is called', async () => {
    const calls: unknown[] = []
    const { call } = setUp({ owner: (request) => void calls.push(request) })
    const request = new Request(url, { method: 'POST', signal: AbortSignal.abort() })
    expect((await call(request)).status).to.equal(499)
    expect(calls).to.deep.equal([])
  })
})

describe("The handler's timeout on a Node server", () => {
  it('responds with 408 to a page that stops sending its body', async () => {
    const { handler } = setUp({ timeout: 50 })
    const server = await serve(handler)
    try {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = { 'content-type': 'application/json', 'content-length': '20' }
        httpRequest(server.url, { method: 'POST', headers }, ({ statusCode }) => resolve(statusCode))
          .on('error', reject)
          .write('{"multiple":')
      })
      expect(status).to.equal(408)
    } finally {
      await server.close()
    }
  })
})
