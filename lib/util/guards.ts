// Fonts show nothing for ignorable characters, such as fillers and zero-width spaces, and for the blank Braille pattern.
const visible = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u

// Most texts begin with a visible ASCII character, which needs no regular expression.
export const isBlank = (text: string): boolean => !(text > '!' && text < '~') && !visible.test(text)

/** Returns a field of an object. An inherited one does not count, in case `Object.prototype` is polluted. */
export const ownValue = (value: object, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined

/** Returns what a function reads, or undefined if a getter, a proxy or the runtime throws. */
export const tryGet = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Reads an environment variable. Returns undefined where the runtime has no variables, or denies access to them. */
export const environmentVariable = (name: string): string | undefined => {
  const value = tryGet(() => ownValue(Object(globalThis).process.env, name))
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Parses JSON; returns undefined for any other text. */
export const parseJson = (text: string): unknown => tryGet(() => JSON.parse(text.trim()))

/** Allows undefined wherever a field may be absent. */
export type AllowUndefined<A> = {
  readonly [K in keyof A]: Record<never, never> extends Pick<A, K> ? A[K] | undefined : A[K]
}

/** Copies an object without the fields that are undefined. */
export const omitUndefined = <A extends object>(fields: AllowUndefined<A>): A =>
  // Only fields that may be absent can be undefined.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as A

/** Copies an object so that it inherits nothing, in case `Object.prototype` is polluted. */
export const withoutPrototype = <A extends object>(fields: A): A =>
  Object.freeze(Object.assign(Object.create(null), fields))

export const shortName = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}…` : name)

/** Marks an argument passed explicitly as `undefined`, which is not the same as a field that is not set. */
export const explicitUndefined = Symbol('undefined')

const kindOfNumber = (value: number): string => {
  if (!Number.isFinite(value)) return String(value)
  if (value <= 0) return value === 0 ? 'zero' : 'a negative number'
  if (!Number.isInteger(value)) return 'a fraction'
  return Number.isSafeInteger(value) ? 'a number' : 'an unsafe integer'
}

/** Describes a value without repeating it, for messages that must not contain customer data or secrets. */
export const kindOf = (value: unknown): string => {
  if (value === explicitUndefined) return 'undefined'
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return kindOfNumber(value)
  if (typeof value === 'string' && isBlank(value)) return 'a blank string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Like `kindOf`, but shows numbers. A string may be a secret in the wrong place. */
export const showNumber = (value: unknown): string => (typeof value === 'number' ? String(value) : kindOf(value))

/** Like `kindOf`, but shows numbers and short strings, for values that are neither secret nor customer data. */
export const show = (value: unknown): string =>
  typeof value === 'string' && !isBlank(value) && value.length <= 64 ? `'${value}'` : showNumber(value)

export const mustBe = (expectation: string, value: unknown, describe = kindOf): string =>
  `must be ${expectation}, got ${describe(value)}`

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && !Array.isArray(value)

/** Returns whether an object has no class. The prototype of another realm's plain object has no prototype either. */
export const isPlainObject = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}
