import type { Either } from 'fp-ts/lib/Either.js'

/** The right side; fails with the left one. */
export const rightOf = <E, A>(either: Either<E, A>): A => {
  if (either._tag === 'Right') return either.right
  throw new Error(`expected a Right, got a Left: ${String(either.left)}`)
}

/** The left side; fails if there is none. */
export const leftOf = <E, A>(either: Either<E, A>): E => {
  if (either._tag === 'Left') return either.left
  throw new Error('expected a Left, got a Right')
}
