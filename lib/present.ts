/** Members that may be undefined where they may be absent. */
export type Loose<A> = { readonly [K in keyof A]: Record<never, never> extends Pick<A, K> ? A[K] | undefined : A[K] }

/** The members that are there: one that is undefined counts as absent. */
export const present = <A extends object>(members: Loose<A>): A =>
  // Only what may be absent is left out.
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as A
