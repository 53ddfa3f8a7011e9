import { expect } from 'chai'
import { ConfigurationError, ValidationError } from '../../lib/errors.ts'
import { session } from '../../lib/session/session.ts'
import { caught } from '../support/caught.ts'
import { leftOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')

describe('Sending a session', () => {
  const created: unknown[] = []
  const stub = {
    create: async (payload: unknown) => {
      created.push(payload)
      return { token: 'tok', expiresAt: new Date(0), drift: [] }
    },
  }
  beforeEach(() => created.splice(0))

  it('passes the decoded payload to the client, and resolves with its result', async () => {
    expect((await acme.label('Berlin').send(stub)).token).to.equal('tok')
    expect(created).to.deep.equal([{ originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.', label: 'Berlin' }])
  })

  it('rejects with a ValidationError if the session is invalid, and does not call the client', async () => {
    expect(await caught(acme.label('').send(stub))).to.be.instanceOf(ValidationError)
    expect(leftOf(await acme.label('').task(stub)())).to.be.instanceOf(ValidationError)
    const error = await caught(Reflect.apply(acme.send, session(), [stub]))
    expect(error).to.be.instanceOf(ValidationError).with.property('message').that.includes('use .owner(id, name)')
    expect(created).to.deep.equal([])
  })

  const notClients: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [{ apiKey: 'key' }, 'an object'],
    ['key', 'a string'],
  ]
  itEach('rejects with a ConfigurationError if the client is not a client', notClients, async ([client, kind]) => {
    const error = await caught(Reflect.apply(acme.send, acme, [client]))
    expect(error).to.be.instanceOf(ConfigurationError)
    const problem = `must be a client, got ${kind} (use .send(createClient({ apiKey })))`
    expect(error).to.have.property('message', `Invalid argument for send: client: ${problem}`)
  })

  const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;replace;/login;307;' })
  const failing = (thrown: unknown) => ({ create: () => Promise.reject(thrown) })

  it('keeps what a stub client throws as a sanitized cause', async () => {
    const original = Object.assign(new TypeError('no database'), { code: 'ENOENT', connection: {} })
    for (const error of [await caught(acme.send(failing(original))), leftOf(await acme.task(failing(original))())]) {
      expect(error).to.be.instanceOf(ConfigurationError)
      expect(error).to.have.property('message', 'The client threw an error. See `cause`.')
      const cause: unknown = Reflect.get(Object(error), 'cause')
      expect(cause).to.include({ name: 'TypeError', message: 'no database', code: 'ENOENT' })
      expect(cause).not.to.have.property('connection')
    }
  })

  it("passes a framework's control flow through send unchanged, and through task as the cause", async () => {
    expect(await caught(acme.send(failing(redirect)))).to.equal(redirect)
    expect(leftOf(await acme.task(failing(redirect))()).cause).to.equal(redirect)
  })
})
