import { inspect } from 'node:util'
import { expect } from 'chai'
import { ConfigurationError, ValidationError } from '../../lib/errors.ts'
import { ConnectSessionCreate, Payload } from '../../lib/model/create-payload.ts'
import { fromJSON, session } from '../../lib/session/session.ts'
import type { Session } from '../../lib/session/types.ts'
import { leftOf } from '../support/either.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')

const throwing = (): never => {
  throw new TypeError('sesame')
}

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const hostile: readonly (readonly [string, () => unknown])[] = [
  ['a proxy whose prototype throws', () => new Proxy({}, { getPrototypeOf: throwing })],
  ['a proxy whose keys throw', () => new Proxy({}, { ownKeys: throwing })],
  ['a proxy whose properties throw', () => new Proxy({ a: 1 }, { get: throwing })],
  ['a proxy of an array that throws', () => new Proxy(['ats'], { get: throwing })],
  ['a revoked proxy', revoked],
  ['an object with a getter that throws', () => Object.defineProperty({}, 'a', { enumerable: true, get: throwing })],
  ['an object whose conversions throw', () => ({ toString: throwing, [Symbol.toPrimitive]: throwing })],
  ['an object whose toJSON throws', () => ({ toJSON: throwing })],
]

const set = (method: 'label' | 'metadata' | 'field', ...args: readonly unknown[]): Session =>
  Reflect.apply(acme[method], acme, args)

describe('A value that throws when it is read', () => {
  itEach('is reported by decode, and does not throw when it is set', hostile, ([, make]) => {
    for (const given of [set('label', make()), set('metadata', make()), set('field', 'theme', make())]) {
      const error = leftOf(given.decode())
      expect(error).to.be.instanceOf(ValidationError)
      expect(error.message).not.to.include('sesame')
    }
  })

  itEach('is reported by fromJSON, as the whole or as a field', hostile, ([, make]) => {
    expect(leftOf(fromJSON(make()))).to.be.instanceOf(ValidationError)
    for (const name of ['label', 'metadata', 'theme'])
      expect(leftOf(fromJSON({ ...acme.toJSON(), [name]: make() }))).to.be.instanceOf(ValidationError)
  })

  itEach('is reported by the codec of the payload', hostile, ([, make]) => {
    expect(leftOf(ConnectSessionCreate.decode(make()))).not.to.deep.equal([])
    expect(leftOf(Payload.decode(make()))).not.to.deep.equal([])
    expect(leftOf(Payload.decode({ originOwnerId: 'a', originOwnerName: 'b', metadata: make() }))).not.to.deep.equal([])
  })

  itEach('is a Left of the task if it is the client', hostile, async ([, make]) => {
    const error = leftOf(await Reflect.apply(acme.task, acme, [make()])())
    expect(error).to.be.instanceOf(ConfigurationError)
  })

  it('is described when the session is printed', () => {
    expect(inspect(set('metadata', new Proxy({}, { ownKeys: throwing })))).to.include(
      "metadata: '[not JSON: an object]'",
    )
  })
})
