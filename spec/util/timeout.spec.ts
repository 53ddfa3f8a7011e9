import { getEventListeners } from 'node:events'
import { expect } from 'chai'
import { maxTimeout, sleep, withTimeout } from '../../lib/util/timeout.ts'

const never = (): Promise<never> => new Promise(() => {})

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

/** Runs work and keeps the signal that it received. */
const observed = async <A>(ms: number, signal: AbortSignal | undefined, work: () => Promise<A>) => {
  let received: AbortSignal | undefined
  const outcome = await withTimeout(ms, signal, (own) => {
    received = own
    return work()
  })
  return { outcome, isAborted: received?.aborted }
}

describe('withTimeout', () => {
  it('returns the value of work that completes in time, and does not abort its signal', async () => {
    expect(await observed(1000, undefined, async () => 7)).to.deep.equal({
      outcome: { type: 'value', value: 7 },
      isAborted: false,
    })
  })

  it('returns the error of work that fails', async () => {
    const error = new Error('broken')
    const { outcome } = await observed(1000, undefined, () => Promise.reject(error))
    expect(outcome).to.deep.equal({ type: 'error', error })
  })

  it('returns a timeout, and aborts the signal of the work, when the time elapses', async () => {
    expect(await observed(10, undefined, never)).to.deep.equal({ outcome: { type: 'timeout' }, isAborted: true })
  })

  it("returns an abort with the reason of the caller's signal, and aborts that of the work", async () => {
    const controller = new AbortController()
    const result = observed(60_000, controller.signal, never)
    controller.abort('changed my mind')
    expect(await result).to.deep.equal({ outcome: { type: 'abort', reason: 'changed my mind' }, isAborted: true })
  })

  it('does not start the work if the signal is already aborted', async () => {
    expect(await observed(1000, AbortSignal.abort('too late'), never)).to.deep.equal({
      outcome: { type: 'abort', reason: 'too late' },
      isAborted: undefined,
    })
  })

  it('leaves no timer and no listener behind, however it ends', async () => {
    const { signal } = new AbortController()
    await new Promise(setImmediate) // mocha starts its own timer once the test has returned a promise
    const before = timers()
    await withTimeout(60_000, signal, async () => 7)
    await withTimeout(60_000, signal, () => Promise.reject(new Error('broken')))
    await withTimeout(1, signal, never)
    await new Promise(setImmediate) // a timer counts until its callback has returned
    expect(timers()).to.equal(before)
    expect(getEventListeners(signal, 'abort')).to.deep.equal([])
  })

  it('adds one listener to a signal, however many calls share it', async () => {
    const controller = new AbortController()
    const calls = Array.from({ length: 20 }, () => withTimeout(60_000, controller.signal, never))
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(1)
    controller.abort('done')
    expect(await Promise.all(calls)).to.deep.equal(calls.map(() => ({ type: 'abort', reason: 'done' })))
    expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([])
  })
})

describe('sleep', () => {
  it('ends after the time', async () => {
    expect(await sleep(1, undefined)).to.deep.equal({ type: 'timeout' })
  })

  it('ends early when the signal is aborted', async () => {
    const controller = new AbortController()
    const sleeping = sleep(maxTimeout, controller.signal)
    controller.abort('done')
    expect(await sleeping).to.deep.equal({ type: 'abort', reason: 'done' })
  })
})
