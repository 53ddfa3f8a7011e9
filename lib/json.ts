import * as t from 'io-ts'
import { isLeft, isRight } from '#fp-ts/Either'
import { givenUndefined, isRecord, kindOf, type Refusal, refuse } from './codec.ts'

/** Any JSON value, read-only all the way down. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object, read-only all the way down. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Deeper than anyone's metadata, and far from where a recursive walk or JSON.stringify runs out of stack. */
const deepest = 500

/** Shared references are written out again and again by JSON.stringify: a small value can stand for a huge text. */
const most = 1_000_000

interface Problem {
  readonly at: readonly string[]
  readonly value: unknown
  readonly message: string
}

/** What `snapshot` makes of a value that is not JSON: where and why. It is immutable, so a session can hold it. */
class NotJson {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    this.problems = problems
    Object.freeze(this)
  }
}

// Copies made here are frozen and known to be JSON: they are never walked twice.
const copies = new WeakSet<object>()

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
  readonly #above = new Set<object>()
  #seen = 0

  #refuse(value: unknown, message: string): null {
    this.problems.push({ at: [...this.#path], value, message })
    return null
  }

  #repeat({ problems }: NotJson): null {
    for (const problem of problems) this.problems.push({ ...problem, at: [...this.#path, ...problem.at] })
    return null
  }

  #at(key: string, value: unknown): Json {
    this.#path.push(key)
    const copied = this.copy(value)
    this.#path.pop()
    return copied
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
    if (copies.has(value)) return value as Json // only what a walk has made is in there
    if (value instanceof NotJson) return this.#repeat(value)
    if (this.#above.has(value)) return this.#refuse(value, 'this is a cycle, which JSON cannot hold')
    if (this.#above.size >= deepest) return this.#refuse(value, `nested deeper than ${deepest} levels`)
    this.#seen += 1
    if (this.#seen > most) return this.#refuse(value, `more than ${most} objects`)
    this.#above.add(value)
    const copied = this.#read(value)
    this.#above.delete(value)
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
    const length = value.length
    if (Object.keys(value).length !== length) return this.#refuse(value, 'an array with holes or named members')
    return Object.freeze(Array.from({ length }, (_, index) => this.#at(String(index), value[index])))
  }

  #object(value: Readonly<Record<string, unknown>>): Json {
    if (Object.getOwnPropertySymbols(value).length > 0) return this.#refuse(value, 'symbol keys are not JSON')
    const copied: Record<string, Json> = {}
    for (const key of Object.keys(value)) define(copied, key, this.#at(key, value[key]))
    return Object.freeze(copied)
  }
}

/**
 * A frozen deep copy of a JSON value; of anything else, a frozen note of what is wrong with it.
 *
 * Each getter of the value runs once. The copy of a copy, or of a note, is itself.
 */
export const snapshot = (value: unknown): unknown => {
  if (value instanceof NotJson) return value
  const walk = new Walk()
  const copied = walk.copy(value)
  if (walk.problems.length > 0) return new NotJson(walk.problems)
  if (typeof copied === 'object' && copied !== null) copies.add(copied)
  return copied
}

/** What a value that was given is shown as. */
export const shown = (given: unknown): unknown => {
  if (given === givenUndefined) return undefined
  return given instanceof NotJson ? '[not JSON]' : given
}

/** Whether two snapshots hold the same, in whatever order their members stand. */
export const same = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => same(entry, b[index]))
  if (!isRecord(a) || !isRecord(b) || a instanceof NotJson || b instanceof NotJson) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

const validate = <A extends Json>(fits: (copy: unknown) => copy is A, expected: string): t.Validate<unknown, A> => {
  const at = (context: t.Context, { at, value, message }: Problem): Refusal => ({
    value,
    context: at.reduce<t.Context>((above, key) => t.appendContext(above, key, t.unknown), context),
    message,
  })
  return (value, context) => {
    const copy = snapshot(value)
    if (copy instanceof NotJson) return t.failures(copy.problems.map((problem) => at(context, problem)))
    return fits(copy) ? t.success(copy) : refuse(value, context, `expected ${expected}, got ${kindOf(value)}`)
  }
}

const json = <A extends Json>(name: string, fits: (copy: unknown) => copy is A, expected: string): t.Type<A> => {
  const parse = validate(fits, expected)
  return new t.Type<A>(name, (value): value is A => isRight(parse(value, [])), parse, t.identity)
}

/** Any JSON value; decoding makes a frozen deep copy. */
export const Json: t.Type<Json> = json('Json', (copy): copy is Json => !(copy instanceof NotJson), 'a JSON value')

/** A JSON object; decoding makes a frozen deep copy. */
export const JsonObject: t.Type<JsonObject> = json(
  'JsonObject',
  (copy): copy is JsonObject => isRecord(copy),
  'an object',
)

/** A list on the wire, each entry by a codec of its own; decoding makes a frozen copy. */
export const list = <A extends Json>(entry: t.Type<A>, least: 0 | 1): t.Type<readonly A[], Json> => {
  const isList = (value: unknown): value is readonly Json[] => Array.isArray(value) && value.length >= least
  const Entries = json('List', isList, least === 0 ? 'an array' : 'an array that is not empty')
  const validate: t.Validate<unknown, readonly A[]> = (value, context) => {
    const entries = Entries.validate(value, context)
    if (isLeft(entries)) return entries
    const errors = entries.right.flatMap((value, index) => {
      const decoded = entry.validate(value, t.appendContext(context, String(index), entry, value))
      return isLeft(decoded) ? decoded.left : []
    })
    // An entry's codec only checks, so the frozen copy of the entries is the list.
    return errors.length > 0 ? t.failures(errors) : t.success(entries.right as readonly A[])
  }
  const is = (value: unknown): value is readonly A[] => isRight(validate(value, []))
  return new t.Type(`${entry.name}[]`, is, validate, t.identity)
}
