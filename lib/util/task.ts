import { isLeft, left } from 'fp-ts/lib/Either.js'
import { isSessionError, type SessionError } from '../errors.ts'
import { callerError, isControlFlow } from './caller-error.ts'
import type { Either, TaskEither } from './either.ts'

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
