/**
 * Either an error (`Left`) or a value (`Right`); structurally identical to fp-ts's `Either`.
 * @example
 * const decoded: Either<ValidationError, ConnectSessionCreate> = acme.decode()
 * if (decoded._tag === 'Right') decoded.right.originOwnerId // 'acme-42'
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
 * @example
 * const task: TaskEither<SessionError, ConnectSessionToken> = acme.task(client)
 * const result = await task()
 */
export type TaskEither<E, A> = () => Promise<Either<E, A>>
