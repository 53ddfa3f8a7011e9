import { expect } from 'chai'
import { left, right } from 'fp-ts/lib/Either.js'
import { ConfigurationError, type SessionError, TimeoutError } from '../../lib/errors.ts'
import { guarded, toPromise } from '../../lib/util/task.ts'
import { caught } from '../support/caught.ts'
import { leftOf } from '../support/either.ts'

/** A task whose work throws before it returns a promise. */
const failing = (thrown: unknown) =>
  guarded('The client', () => {
    throw thrown
  })

const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' })

describe('guarded', () => {
  it('runs the work each time the task is called, and not before', async () => {
    let runs = 0
    const task = guarded('The client', async () => {
      runs += 1
      return right(runs)
    })
    expect(runs).to.equal(0)
    expect([await task(), await task()]).to.deep.equal([right(1), right(2)])
  })

  it('passes a Left of the work on unchanged', async () => {
    const result = left<SessionError>(new TimeoutError('too slow'))
    expect(await guarded('The client', async () => result)()).to.equal(result)
  })

  it('returns a Left with the SessionError that the work throws', async () => {
    const error = new TimeoutError('too slow')
    expect(leftOf(await failing(error)())).to.equal(error)
  })

  it('returns a Left with a ConfigurationError for any other error, which names the code that threw', async () => {
    const error = leftOf(await failing(new TypeError('not a function'))())
    expect(error).to.be.instanceOf(ConfigurationError)
    expect(error.message).to.equal('The client threw an error. See `cause`.')
    expect(error.cause).to.include({ name: 'TypeError', message: 'not a function' })
  })
})

describe('toPromise', () => {
  it('resolves with the value of a Right', async () => {
    expect(await toPromise(async () => right(7))).to.equal(7)
  })

  it('rejects with the error of a Left', async () => {
    const error = new TimeoutError('too slow')
    expect(await caught(toPromise(async () => left(error)))).to.equal(error)
  })

  it("rejects with a framework's control flow, which is the cause of the Left", async () => {
    expect(leftOf(await failing(redirect)()).cause).to.equal(redirect)
    expect(await caught(toPromise(failing(redirect)))).to.equal(redirect)
  })
})
