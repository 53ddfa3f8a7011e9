import * as t from 'io-ts'
import { isRight } from '#fp-ts/Either'
import {
  at,
  expected,
  givenUndefined,
  isObject,
  isPlain,
  isRecord,
  kindOf,
  type Quick,
  quick,
  type Refusal,
  refuse,
} from './codec.ts'

/**
 * Any JSON value, read-only all the way down.
 *
 * @example const theme: Json = { mode: 'dark', accents: ['red', null] }
 */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/**
 * A JSON object, read-only all the way down.
 *
 * @example
 * const metadata: JsonObject = { plan: 'pro', seats: 12 }
 * acme.metadata(metadata)
 */
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

const none: readonly Problem[] = Object.freeze([])

/**
 * A value as a session holds it: nobody can change it, and its getters have run. Either it was JSON, and this is a
 * frozen deep copy, which is never walked again; or it was not, and the problems say where and why.
 */
export class Snapshot {
  readonly json: Json
  readonly problems: readonly Problem[]
  readonly #taken = true

  constructor(json: Json, problems: readonly Problem[] = none) {
    this.json = json
    this.problems = problems
  }

  /** Unlike instanceof, this runs nothing of a proxy's. */
  static is(value: unknown): value is Snapshot {
    return isObject(value) && #taken in value
  }
}

/** Sets a member. An ordinary assignment would call the setter of `__proto__` instead of making a member of that name. */
export const define = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

/** Where a walk is: in an object or array, by a key of the one above. */
interface Place {
  readonly value: object
  readonly key: string
  readonly above: Place | undefined
  readonly depth: number
}

const pathTo = (key: string, above: Place | undefined): readonly string[] => {
  const path: string[] = []
  for (let [at, place] = [key, above]; place !== undefined; [at, place] = [place.key, place.above]) path.push(at)
  return path.reverse()
}

const holds = (above: Place | undefined, value: object): boolean => {
  for (let place = above; place !== undefined; place = place.above) if (place.value === value) return true
  return false
}

/** One walk over one value: copies it, and notes what is not JSON. */
class Walk {
  problems: Problem[] | undefined
  #objects = 0
  #keys = 0

  #note(problem: Problem): void {
    this.problems ??= []
    this.problems.push(problem)
  }

  #refuse(value: unknown, message: string, key: string, above: Place | undefined): null {
    this.#keys += above === undefined ? 0 : above.depth
    if (this.#keys <= mostKeys) this.#note({ at: pathTo(key, above), value, message })
    return null
  }

  copy(value: unknown, key: string, above: Place | undefined): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (Number.isFinite(value)) return value + 0 // JSON has no -0
        break
      case 'object':
        return value === null ? null : this.#branch(value, key, above)
    }
    const advice = value === undefined ? '; leave it out' : ''
    return this.#refuse(value, `${kindOf(value)} is not JSON${advice}`, key, above)
  }

  #branch(value: object, key: string, above: Place | undefined): Json {
    if (Snapshot.is(value)) {
      for (const problem of value.problems) this.#note({ ...problem, at: [...pathTo(key, above), ...problem.at] })
      return value.json
    }
    const depth = above === undefined ? 1 : above.depth + 1
    this.#objects += 1
    if (holds(above, value)) return this.#refuse(value, 'a cycle is not JSON', key, above)
    if (depth > deepest) return this.#refuse(value, `nested deeper than ${deepest} levels`, key, above)
    if (this.#objects > most) return this.#refuse(value, `more than ${most} objects`, key, above)
    // Only a proxy or a getter can throw here, with any message; it is the caller's, and is not repeated.
    try {
      const place = { value, key, above, depth }
      if (Array.isArray(value)) return this.#array(value, place)
      // A plain object is a record.
      if (isPlain(value)) return this.#object(value as Readonly<Record<string, unknown>>, place)
    } catch {
      return this.#refuse(value, 'reading it threw', key, above)
    }
    return this.#refuse(value, 'a class instance is not JSON; give its fields, or a string', key, above)
  }

  #array(value: readonly unknown[], place: Place): Json {
    const { length } = value
    if (Object.keys(value).length !== length)
      return this.#refuse(value, 'an array with holes or named members', place.key, place.above)
    const copied: Json[] = []
    for (let index = 0; index < length; index += 1) copied.push(this.copy(value[index], String(index), place))
    return Object.freeze(copied)
  }

  #object(value: Readonly<Record<string, unknown>>, place: Place): Json {
    const symbols = Object.getOwnPropertySymbols(value)
    if (symbols.length > 0 && symbols.some((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol)))
      return this.#refuse(value, 'symbol keys are not JSON', place.key, place.above)
    const copied: Record<string, Json> = {}
    for (const key of Object.keys(value)) define(copied, key, this.copy(value[key], key, place))
    return Object.freeze(copied)
  }
}

/** Takes a snapshot, running each getter of the value once. The snapshot of a snapshot is itself. */
export const snapshot = (value: unknown): Snapshot => {
  if (Snapshot.is(value)) return value
  const walk = new Walk()
  return new Snapshot(walk.copy(value, '', undefined), walk.problems)
}

/** What a value that was given is shown as; a list as a copy, for it is the session's own. */
export const shown = (given: unknown): unknown => {
  if (given === givenUndefined) return undefined
  if (Array.isArray(given)) return [...given]
  if (!Snapshot.is(given)) return given
  return given.problems.length > 0 ? '[not JSON]' : given.json
}

/** Whether two values that were given are the same, in whatever order their members stand. */
export const same = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (Snapshot.is(a) && Snapshot.is(b)) return a.problems.length + b.problems.length === 0 && same(a.json, b.json)
  if (!isObject(a) || !isObject(b) || isRecord(a) !== isRecord(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

const json = <A extends Json>(name: string, fits: (json: Json) => json is A, what: string): Quick<A> => {
  const refusal = (context: t.Context, { at: keys, value, message }: Problem): Refusal => ({
    value,
    context: keys.reduce<t.Context>((above, key) => at(above, key), context),
    message,
  })
  const validate: t.Validate<unknown, A> = (value, context) => {
    const taken = snapshot(value)
    if (taken.problems.length > 0) return t.failures(taken.problems.map((problem) => refusal(context, problem)))
    return fits(taken.json) ? t.success(taken.json) : refuse(value, context, expected(what, taken.json))
  }
  const isGood = (value: Snapshot): value is Snapshot & { readonly json: A } =>
    value.problems.length === 0 && fits(value.json)
  const is = (value: unknown): value is A => (Snapshot.is(value) ? isGood(value) : isRight(validate(value, [])))
  // A good snapshot stands for its JSON.
  const quickly = (value: unknown): A | undefined => (Snapshot.is(value) && isGood(value) ? value.json : undefined)
  return quick(new t.Type<A>(name, is, validate, t.identity), quickly)
}

/**
 * Any JSON value; decoding makes a frozen deep copy.
 *
 * @hidden
 */
export const Json: Quick<Json> = json('Json', (_json): _json is Json => true, 'a JSON value')

/**
 * A JSON object; decoding makes a frozen deep copy.
 *
 * @hidden
 */
export const JsonObject: Quick<JsonObject> = json(
  'JsonObject',
  (json): json is JsonObject => isRecord(json),
  'an object',
)
