import * as t from 'io-ts'
import { isRight } from '#fp-ts/Either'
import { givenUndefined, isRecord, kindOf, type Quick, quick, type Refusal, refuse } from './codec.ts'

/** Any JSON value, read-only all the way down. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object, read-only all the way down. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Deeper than anyone's metadata, and far from where a recursive walk or JSON.stringify runs out of stack. */
const deepest = 500

/** The keys of all the paths that are noted: nobody reads more, and a hostile value could make millions. */
const mostKeys = 100_000

/** Shared references are written out again and again by JSON.stringify: a small value can stand for a huge text. */
const most = 1_000_000

interface Problem {
  readonly at: readonly string[]
  readonly value: unknown
  readonly message: string
}

/** What `snapshot` makes of a JSON value: a frozen deep copy, which is never walked again. */
class Copy<A extends Json = Json> {
  readonly json: A

  constructor(json: A) {
    this.json = json
    Object.freeze(this)
  }
}

/** What `snapshot` makes of a value that is not JSON: where and why. It is immutable, so a session can hold it. */
class NotJson {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    this.problems = problems
    Object.freeze(this)
  }
}

/** A value as a session holds it: nobody can change it, and its getters have run. */
export type Snapshot = Copy | NotJson

// Plain objects of another realm have a prototype of their own, but nothing above it.
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Sets a member. An ordinary assignment would call the setter of `__proto__` instead of making a member of that name. */
export const define = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

/** One walk over one value: copies it, and notes what is not JSON. */
class Walk {
  readonly problems: Problem[] = []
  readonly #path: string[] = []
  readonly #above: object[] = []
  #seen = 0
  #keys = 0

  #refuse(value: unknown, message: string): null {
    this.#keys += this.#path.length
    if (this.#keys <= mostKeys || this.problems.length === 0)
      this.problems.push({ at: [...this.#path], value, message })
    return null
  }

  #repeat({ problems }: NotJson): null {
    for (const problem of problems) this.problems.push({ ...problem, at: [...this.#path, ...problem.at] })
    return null
  }

  copy(value: unknown): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        // JSON has no -0.
        return Number.isFinite(value) ? value + 0 : this.#refuse(value, `${value} is not JSON`)
      case 'object':
        return value === null ? null : this.#branch(value)
      case 'undefined':
        return this.#refuse(value, 'undefined is not JSON; leave the member out, or give null')
      default:
        return this.#refuse(value, `a ${typeof value} is not JSON`)
    }
  }

  #branch(value: object): Json {
    if (value instanceof Copy) return value.json
    if (value instanceof NotJson) return this.#repeat(value)
    if (this.#above.includes(value)) return this.#refuse(value, 'this is a cycle, which JSON cannot hold')
    if (this.#above.length >= deepest) return this.#refuse(value, `nested deeper than ${deepest} levels`)
    this.#seen += 1
    if (this.#seen > most) return this.#refuse(value, `more than ${most} objects`)
    this.#above.push(value)
    const copied = this.#read(value)
    this.#above.pop()
    return copied
  }

  #read(value: object): Json {
    // Only a proxy or a getter can throw here, with any message; it is the caller's, and is not repeated.
    try {
      if (Array.isArray(value)) return this.#array(value)
      if (!isPlain(value)) return this.#refuse(value, 'a class instance is not JSON; give its fields, or a string')
      return this.#object(value as Readonly<Record<string, unknown>>) // a plain object, by the line above
    } catch {
      return this.#refuse(value, 'reading it threw')
    }
  }

  #array(value: readonly unknown[]): Json {
    const { length } = value
    if (Object.keys(value).length !== length) return this.#refuse(value, 'an array with holes or named members')
    const copied: Json[] = []
    for (let index = 0; index < length; index += 1) {
      const entry = value[index]
      this.#path.push(String(index))
      copied.push(this.copy(entry))
      this.#path.pop()
    }
    return Object.freeze(copied)
  }

  #object(value: Readonly<Record<string, unknown>>): Json {
    if (Object.getOwnPropertySymbols(value).some((key) => Object.prototype.propertyIsEnumerable.call(value, key)))
      return this.#refuse(value, 'symbol keys are not JSON')
    const copied: Record<string, Json> = {}
    for (const key of Object.keys(value)) {
      const member = value[key]
      this.#path.push(key)
      define(copied, key, this.copy(member))
      this.#path.pop()
    }
    return Object.freeze(copied)
  }
}

/**
 * A frozen deep copy of a JSON value; of anything else, a note of what is wrong with it.
 *
 * Each getter of the value runs once. The snapshot of a snapshot is itself.
 */
export const snapshot = (value: unknown): Snapshot => {
  if (value instanceof Copy || value instanceof NotJson) return value
  const walk = new Walk()
  const json = walk.copy(value)
  return walk.problems.length > 0 ? new NotJson(walk.problems) : new Copy(json)
}

/** The snapshot of what a codec of this file has decoded, which is frozen already. */
export const decoded = (json: Json): Snapshot => new Copy(json)

/** What a value that was given is shown as. */
export const shown = (given: unknown): unknown => {
  if (given === givenUndefined) return undefined
  if (given instanceof NotJson) return '[not JSON]'
  return given instanceof Copy ? given.json : given
}

/** Whether two values that were given are the same, in whatever order their members stand. */
export const same = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (a instanceof Copy && b instanceof Copy) return same(a.json, b.json)
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => same(entry, b[index]))
  if (!isRecord(a) || !isRecord(b) || a instanceof NotJson || b instanceof NotJson) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

const json = <A extends Json>(name: string, fits: (json: Json) => json is A, expected: string): Quick<A> => {
  const at = (context: t.Context, { at, value, message }: Problem): Refusal => ({
    value,
    context: [...context, ...at.map((key) => ({ key, type: t.unknown }))],
    message,
  })
  const validate: t.Validate<unknown, A> = (value, context) => {
    const taken = snapshot(value)
    if (taken instanceof NotJson) return t.failures(taken.problems.map((problem) => at(context, problem)))
    return fits(taken.json)
      ? t.success(taken.json)
      : refuse(value, context, `expected ${expected}, got ${kindOf(taken.json)}`)
  }
  const is = (value: unknown): value is A => isRight(validate(value, []))
  const quickly = (value: unknown): A | undefined =>
    value instanceof Copy && fits(value.json) ? value.json : undefined
  return quick(new t.Type<A>(name, is, validate, t.identity), quickly)
}

/** Any JSON value; decoding makes a frozen deep copy. */
export const Json: Quick<Json> = json('Json', (_json): _json is Json => true, 'a JSON value')

/** A JSON object; decoding makes a frozen deep copy. */
export const JsonObject: Quick<JsonObject> = json(
  'JsonObject',
  (json): json is JsonObject => isRecord(json),
  'an object',
)
