import { expect } from 'chai'
import { expectTypeOf } from 'expect-type'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { PathReporter } from 'io-ts/lib/PathReporter.js'
import {
  type BaseCodec,
  ConnectSessionCreate,
  type ConnectSessionCreateWire,
  createClient,
  type Either,
  type SessionError,
  session,
  type TaskEither,
  type Validation,
} from 'stackone-session'
import { sandbox } from 'stackone-session/testing'

/** True if each type is assignable to the other one. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

const owner = { origin_owner_id: 'acme-42', origin_owner_name: 'Acme Inc.' }

// Runs on the built package, which contains its own copies of io-ts and fp-ts.
describe('The types of the package and those of io-ts and fp-ts', () => {
  it('are assignable to each other', () => {
    interface Wire {
      readonly id: string
    }
    expectTypeOf<Same<Either<Error, Date>, E.Either<Error, Date>>>().toEqualTypeOf<true>()
    expectTypeOf<Same<TaskEither<Error, Date>, TE.TaskEither<Error, Date>>>().toEqualTypeOf<true>()
    expectTypeOf<Same<Validation<Date>, t.Validation<Date>>>().toEqualTypeOf<true>()
    expectTypeOf<Same<BaseCodec<Date, Wire>, t.Type<Date, Wire>>>().toEqualTypeOf<true>()
    expectTypeOf<Same<BaseCodec<Date, Wire, string>, t.Type<Date, Wire, string>>>().toEqualTypeOf<true>()
    const generic = <A, O>(codec: BaseCodec<A, O>): t.Type<A, O> => codec
    const reversed = <A, O>(codec: t.Type<A, O>): BaseCodec<A, O> => codec
    expect(reversed(generic(ConnectSessionCreate))).to.equal(ConnectSessionCreate)
  })

  it('combine in an io-ts type', () => {
    const Job = t.type({ id: t.number, session: ConnectSessionCreate })
    const job: t.TypeOf<typeof Job> = { id: 7, session: { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' } }
    const wire: t.OutputOf<typeof Job> = { id: 7, session: owner }
    expect(Job.decode(wire)).to.deep.equal(E.right(job))
    expect(Job.encode(job)).to.deep.equal(wire)
    expect(Job.is(job)).to.equal(true)
    const invalid = Job.decode({ id: 7, session: { ...owner, origin_owner_name: ' ' } })
    expect(PathReporter.report(invalid)).to.deep.equal(['must be a non-blank string, got a blank string'])
  })

  it('combine in unions, arrays and pipes', () => {
    const codec = t.array(t.union([t.null, ConnectSessionCreate]))
    expect(codec.decode([null, owner])).to.have.property('_tag', 'Right')
    expect(codec.decode([{}])).to.have.property('_tag', 'Left')
    const id = new t.Type<string, ConnectSessionCreate, ConnectSessionCreate>(
      'Id',
      t.string.is,
      (payload) => t.success(payload.originOwnerId),
      (originOwnerId) => ({ originOwnerId, originOwnerName: originOwnerId }),
    )
    const piped: BaseCodec<string, ConnectSessionCreateWire> = ConnectSessionCreate.pipe(id)
    expect(piped.decode(owner)).to.deep.equal(E.right('acme-42'))
    expect(piped.encode('acme-42')).to.deep.equal({ origin_owner_id: 'acme-42', origin_owner_name: 'acme-42' })
  })

  it('combine in the pipes of fp-ts', async () => {
    const api = sandbox()
    const client = createClient({ apiKey: 'v1.sandbox.key', fetch: api.fetch })
    const acme = session().owner('acme-42', 'Acme Inc.')
    const program = pipe(
      TE.fromEither(acme.decode()),
      TE.flatMap(({ originOwnerId }) => acme.label(originOwnerId).task(client)),
      TE.match(
        (error: SessionError) => error.message,
        ({ label }) => `created ${label}`,
      ),
    )
    expect(await program()).to.equal('created acme-42')
    api.fail(401)
    expect(await program()).to.match(/^StackOne responded with 401/)
  })
})
