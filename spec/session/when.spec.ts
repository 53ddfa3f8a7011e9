import { expect } from 'chai'
import { ValidationError } from '../../lib/errors.ts'
import { session } from '../../lib/session/session.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')

describe('.when', () => {
  itEach(
    'returns the same session, and does not call the change, for undefined, null and false',
    [undefined, null, false],
    (value) => {
      const unreachable = (): never => {
        throw new Error('the change was called')
      }
      expect(acme.when(value, unreachable)).to.equal(acme)
    },
  )

  itEach(
    'applies the change, with the value, for every other value',
    [true, 0, '', Number.NaN, 'Berlin', [], {}],
    (value) => {
      const received: unknown[] = []
      const changed = acme.when(value, (base, given) => {
        received.push(base, given)
        return base.label('changed')
      })
      expect(received[0]).to.equal(acme)
      expect(received[1]).to.deep.equal(value)
      expect(changed.toJSON()).to.include({ label: 'changed' })
    },
  )

  it('sets a field from an optional value', () => {
    const labelled = (label: string | undefined) => acme.when(label, (base, text) => base.label(text)).toJSON()
    expect(labelled('Berlin')).to.include({ label: 'Berlin' })
    expect(labelled(undefined)).not.to.have.property('label')
  })

  it('can be nested, and called before .owner', () => {
    const nested = session()
      .when('Berlin', (base, label) => base.label(label).when(60, (inner, seconds) => inner.expiresIn(seconds)))
      .owner('acme-42', 'Acme Inc.')
    expect(nested.toJSON()).to.include({ label: 'Berlin', expires_in: 60 })
  })

  const results: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'undefined'],
    ['a promise', Promise.resolve(acme), 'an object'],
    ['an object that is not a session', {}, 'an object'],
    ['the wire form of a session', acme.toJSON(), 'an object'],
  ]
  itEach('throws a ValidationError if the change does not return a session', results, ([, result, kind]) => {
    expect(() => Reflect.apply(acme.when, acme, [true, () => result])).to.throw(
      ValidationError,
      `Invalid session: when: must be a change that returns a session, got ${kind} (return the session, as in`,
    )
  })

  it('throws what the change throws', () => {
    const error = new Error('from the change')
    const failing = (): never => {
      throw error
    }
    expect(() => acme.when(true, failing)).to.throw(error)
  })
})
