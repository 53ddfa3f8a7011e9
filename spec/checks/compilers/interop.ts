// A module that uses the package with io-ts and fp-ts. It must compile with every supported compiler.
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import {
  type BaseCodec,
  ConnectSessionCreate,
  type ConnectSessionToken,
  createClient,
  type Either,
  type SessionError,
  session,
  type TaskEither,
  type Validation,
} from 'stackone-session'

interface Wire {
  readonly id: string
}

// The types are assignable in both directions.
export const eithers = [
  (either: Either<Error, Date>): E.Either<Error, Date> => either,
  (either: E.Either<Error, Date>): Either<Error, Date> => either,
  (task: TaskEither<Error, Date>): TE.TaskEither<Error, Date> => task,
  (task: TE.TaskEither<Error, Date>): TaskEither<Error, Date> => task,
  (validation: Validation<Date>): t.Validation<Date> => validation,
  (validation: t.Validation<Date>): Validation<Date> => validation,
]
export const codecs = [
  <A, O>(codec: BaseCodec<A, O>): t.Type<A, O> => codec,
  <A, O>(codec: t.Type<A, O>): BaseCodec<A, O> => codec,
  (codec: BaseCodec<Date, Wire, string>): t.Type<Date, Wire, string> => codec,
  (codec: t.Type<Date, Wire, string>): BaseCodec<Date, Wire, string> => codec,
]

// The codecs are parts of other codecs.
export const Job = t.type({ id: t.number, session: ConnectSessionCreate })
export const job: t.TypeOf<typeof Job> = { id: 7, session: { originOwnerId: 'acme-42', originOwnerName: 'Acme Inc.' } }
export const wire: t.OutputOf<typeof Job> = Job.encode(job)
export const list = t.array(t.union([t.null, ConnectSessionCreate]))
export const nameOf = (value: unknown): string =>
  pipe(
    ConnectSessionCreate.decode(value),
    E.fold(
      (errors) => errors.map(({ message }) => message).join(),
      ({ originOwnerName }) => originOwnerName,
    ),
  )

// The results are parts of pipes.
export const tokenOf = (id: string) =>
  pipe(
    session().owner(id, id).decode(),
    TE.fromEither,
    TE.flatMap(() => session().owner(id, id).task(createClient())),
    TE.fold(
      (error: SessionError) => async () => error.message,
      ({ token }: ConnectSessionToken) =>
        async () =>
          token,
    ),
  )
