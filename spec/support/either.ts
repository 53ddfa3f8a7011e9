import type { Either } from '../../lib/util/task.ts'

/** Returns the right side; throws if there is none. */
export const rightOf = <E, A>(either: Either<E, A>): A => {
  if (either._tag === 'Right') return either.right
  throw new Error(`expected a Right, got a Left: ${String(either.left)}`)
}

/** Returns the left side; throws if there is none. */
export const leftOf = <E, A>(either: Either<E, A>): E => {
  if (either._tag === 'Left') return either.left
  throw new Error('expected a Left, got a Right')
}
