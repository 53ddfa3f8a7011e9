import { isLeft, left } from 'fp-ts/lib/Either.js'
import { isSessionError, type SessionError } from '../errors.ts'
import { callerError, isControlFlow } from './caller-error.ts'

/**
 * Either an error (`Left`) or a value (`Right`); structurally identical to fp-ts's `Either`.
 * @example const decoded: Either<ValidationError, ConnectSessionCreate> = acme.decode()
 */
export type Either<E, A> =
  | {
      /** Discriminates the two cases. */
      readonly _tag: 'Left'
      /** The error. */
      readonly left: E
    }
  | {
      /** Discriminates the two cases. */
      readonly _tag: 'Right'
      /** The value. */
      readonly right: A
    }

/**
 * A lazy computation that resolves with an `Either` and never rejects; structurally identical to fp-ts's `TaskEither`.
 * @example const run = <A>(task: TaskEither<SessionError, A>): Promise<Either<SessionError, A>> => task()
 */
export type TaskEither<E, A> = () => Promise<Either<E, A>>

/** Makes a task of work that may throw. `subject` names the caller's code that runs inside. */
export const guarded =
  <A>(subject: string, work: () => Promise<Either<SessionError, A>>): TaskEither<SessionError, A> =>
  async () => {
    try {
      return await work()
    } catch (error) {
      return left(isSessionError(error) ? error : callerError(subject, error))
    }
  }

/** Runs a task as a promise that rejects with its `Left`. A framework's control flow is rethrown unchanged. */
export const toPromise = async <A>(task: TaskEither<SessionError, A>): Promise<A> => {
  const result = await task()
  if (!isLeft(result)) return result.right
  throw isControlFlow(result.left.cause) ? result.left.cause : result.left
}
