import { expect } from 'chai'
import { ValidationError } from '../../lib/errors.ts'
import { session } from '../../lib/session/session.ts'
import { itEach } from '../support/it-each.ts'

const acme = session().owner('acme-42', 'Acme Inc.')

describe('.when', () => {
  const absent = [undefined, null, false]
  itEach('returns the same session without calling the change for undefined, null and false', absent, (value) => {
    const unreachable = (): never => {
      throw new Error('the change was called')
    }
    expect(acme.when(value, unreachable)).to.equal(acme)
  })

  const present = [true, 0, '', Number.NaN, 'Berlin', [], {}]
  itEach('applies the change, with the session and the value, for every other value', present, (value) => {
    const changed = acme.when(value, (base, given) => {
      expect(base).to.equal(acme)
      expect(given).to.deep.equal(value)
      return base.label('changed')
    })
    expect(changed.toJSON()).to.include({ label: 'changed' })
  })

  const results = [
    [undefined, 'undefined'],
    [Promise.resolve(acme), 'an object'],
    [acme.toJSON(), 'an object'],
  ] as const
  itEach('throws a ValidationError if the change does not return a session', results, ([result, kind]) => {
    expect(() => Reflect.apply(acme.when, acme, [true, () => result])).to.throw(
      ValidationError,
      `Invalid session: when: must be a change that returns a session, got ${kind} (return the session, as in`,
    )
  })
})
