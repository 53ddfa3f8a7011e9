/** Allows undefined wherever a field may be absent. */
export type AllowUndefined<A> = {
  readonly [K in keyof A]: Record<never, never> extends Pick<A, K> ? A[K] | undefined : A[K]
}

/** Copies an object so that it inherits nothing, in case `Object.prototype` is polluted. */
export const withoutPrototype = <A extends object>(fields: A): A =>
  Object.freeze(Object.assign(Object.create(null), fields))

/** Copies an object without the fields that are undefined. */
export const omitUndefined = <A extends object>(fields: AllowUndefined<A>): A =>
  // Only fields that may be absent can be undefined.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as A
