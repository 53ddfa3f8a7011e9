import { inspect } from 'node:util'
import { expect } from 'chai'
import { fromJSON, type Session, session, ValidationError } from '../lib/index.ts'
import { leftOf } from './support/either.ts'

const owned = session().owner('acme-42', 'Acme Inc.')

const trap = (): never => {
  throw new TypeError('a trap of the test')
}

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** Values that throw when they are looked at the wrong way. */
const hostile: readonly (readonly [string, () => unknown])[] = [
  ['a proxy whose prototype is a trap', () => new Proxy({}, { getPrototypeOf: trap })],
  ['a proxy whose keys are a trap', () => new Proxy({}, { ownKeys: trap })],
  ['a proxy whose members are a trap', () => new Proxy({ a: 1 }, { get: trap })],
  ['a proxy of an array, with traps', () => new Proxy(['ats'], { get: trap })],
  ['a proxy that was revoked', revoked],
  ['an object with a getter that throws', () => Object.defineProperty({}, 'a', { enumerable: true, get: trap })],
  ['an object that is no text', () => ({ toString: trap, valueOf: trap, [Symbol.toPrimitive]: trap })],
  ['an object whose JSON is a trap', () => ({ toJSON: trap })],
  ['a function', () => trap],
  ['a symbol', () => Symbol('a')],
  ['a bigint', () => 1n],
]

const methods = [
  ...['owner', 'username', 'provider', 'categories', 'account', 'expiresIn', 'metadata', 'multiple', 'label'],
  ...['type', 'connectorProfile', 'field'],
] as const

describe('A hostile value', () => {
  for (const [title, make] of hostile) {
    it(`is a ValidationError for each method of the builder: ${title}`, () => {
      for (const method of methods) {
        const args = method === 'field' ? ['theme', make()] : [make(), make()]
        const given: Session = Reflect.apply(Reflect.get(owned, method), owned, args)
        expect(leftOf(given.decode()), method).to.be.instanceOf(ValidationError)
        expect(() => JSON.stringify(given), method).to.throw(ValidationError)
        expect(given.equals(given), method).to.equal(true)
        expect(given.equals(make()), method).to.equal(false)
      }
    })

    it(`is a ValidationError as the name of a field, and as a change: ${title}`, () => {
      expect(leftOf(Reflect.apply(owned.field, owned, [make(), 1]).decode())).to.be.instanceOf(ValidationError)
      expect(() => Reflect.apply(owned.when, owned, [true, () => make()])).to.throw(ValidationError)
    })

    it(`is a Left of fromJSON: ${title}`, () => {
      expect(leftOf(fromJSON(make()))).to.be.instanceOf(ValidationError)
      expect(leftOf(fromJSON({ ...owned.toJSON(), label: make() }))).to.be.instanceOf(ValidationError)
      expect(leftOf(fromJSON({ ...owned.toJSON(), metadata: make() }))).to.be.instanceOf(ValidationError)
      expect(leftOf(fromJSON({ ...owned.toJSON(), categories: [make()] }))).to.be.instanceOf(ValidationError)
    })
  }

  it('can be shown where it can be shown at all', () => {
    expect(inspect(Reflect.apply(owned.metadata, owned, [new Proxy({}, { ownKeys: trap })]))).to.include('[not JSON]')
  })
})
