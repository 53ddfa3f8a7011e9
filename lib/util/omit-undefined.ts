/** Allows undefined wherever a field may be absent. */
export type AllowUndefined<A> = {
  readonly [K in keyof A]: Record<never, never> extends Pick<A, K> ? A[K] | undefined : A[K]
}

/** Copies an object without the fields that are undefined. */
export const omitUndefined = <A extends object>(fields: AllowUndefined<A>): A =>
  // Only fields that may be absent can be undefined.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as A
