import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { isLeft, left } from '#fp-ts/Either'
import { ConfigurationError, isSessionError, type SessionError } from './errors.ts'

// Nothing of a foreign error is shown: it may hold a secret.
const sessionError = (error: unknown, where: string): SessionError =>
  isSessionError(error)
    ? error
    : new ConfigurationError(`${where} threw an error of its own, which is not repeated here.`)

/** A task that never throws or rejects, whatever the work does. */
export const guarded =
  <A>(where: string, work: () => Promise<Either<SessionError, A>>): TaskEither<SessionError, A> =>
  async () => {
    try {
      return await work()
    } catch (error) {
      return left(sessionError(error, where))
    }
  }

/** A promise of the right side that rejects with the left one: the only door out of the tasks. */
export const promised = async <A>(task: TaskEither<SessionError, A>): Promise<A> => {
  const result = await task()
  if (isLeft(result)) throw result.left
  return result.right
}
