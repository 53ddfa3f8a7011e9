import * as t from 'io-ts'
import { explicitUndefined, isObject, isPlainObject, isRecord, kindOf, mustBe } from '../util/guards.ts'
import { createMark } from '../util/mark.ts'
import { failure, unknown } from './codec.ts'
import type { CodecError } from './validation.ts'

/**
 * Any JSON value, read-only at every level.
 *
 * @example const theme: Json = { mode: 'dark', accents: ['red', null] }
 */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/**
 * A JSON object, read-only at every level.
 *
 * @example
 * const metadata: JsonObject = { plan: 'pro', seats: 12 }
 * acme.metadata(metadata)
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Far above real metadata, and far below the depth at which JSON.stringify exhausts the stack. */
const maxDepth = 500

/** More problems are not read by anyone. */
const maxProblems = 100

interface JsonProblem {
  readonly path: readonly string[]
  readonly value: unknown
  readonly message: string
  readonly hint?: string
}

/** A value that is not JSON, as its problems. A session keeps it until it is validated. */
export class NotJson {
  readonly problems: readonly JsonProblem[]

  constructor(problems: readonly JsonProblem[]) {
    this.problems = problems
  }
}

/** Sets a field. An assignment to `__proto__` would call a setter instead. */
export const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

/** The copies that `copyJson` has made. */
const copies = createMark()

/** Copies one value deeply and collects what is not JSON. */
class Copier {
  readonly problems: JsonProblem[] = []
  readonly #path: string[] = []
  readonly #ancestors: object[] = []

  copy(value: unknown): Json {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
    if (typeof value === 'number' && Number.isFinite(value)) return value + 0 // JSON has no -0
    if (typeof value === 'object') return this.#copyObject(value)
    return this.#reject(value, mustBe('JSON', value), value === undefined ? 'omit the property' : undefined)
  }

  #reject(value: unknown, message: string, hint?: string): null {
    const problem = { path: [...this.#path], value, message, ...(hint !== undefined && { hint }) }
    if (this.problems.length < maxProblems) this.problems.push(problem)
    return null
  }

  #copyObject(value: object): Json {
    if (value instanceof NotJson) {
      for (const problem of value.problems) this.problems.push({ ...problem, path: [...this.#path, ...problem.path] })
      return null
    }
    if (this.#ancestors.includes(value)) return this.#reject(value, 'must not contain a cycle')
    if (this.#ancestors.length >= maxDepth)
      return this.#reject(value, `must not be nested deeper than ${maxDepth} levels`)
    if (Array.isArray(value) ? Object.keys(value).length !== value.length : !isPlainObject(value))
      return Array.isArray(value)
        ? this.#reject(value, 'must not have holes or named properties')
        : this.#reject(value, 'must be JSON, got a class instance', 'pass a plain object or a string')
    this.#ancestors.push(value)
    const copied = Array.isArray(value)
      ? value.map((entry, index) => this.#copyAt(String(index), entry))
      : this.#copyFields(value as Readonly<Record<string, unknown>>) // a plain object
    this.#ancestors.pop()
    return Object.freeze(copies.add(copied))
  }

  #copyFields(fields: Readonly<Record<string, unknown>>): JsonObject {
    const copied: Record<string, Json> = {}
    for (const name of Object.keys(fields)) setOwn(copied, name, this.#copyAt(name, fields[name]))
    return copied
  }

  #copyAt(key: string, value: unknown): Json {
    this.#path.push(key)
    const copied = this.copy(value)
    this.#path.pop()
    return copied
  }
}

/** Returns a deeply frozen copy of a JSON value, or the problems of a value that is not JSON. */
export const copyJson = (value: unknown): Json | NotJson => {
  const copier = new Copier()
  try {
    const copied = copier.copy(value)
    return copier.problems.length > 0 ? new NotJson(copier.problems) : copied
  } catch {
    return new NotJson([{ path: [], value, message: 'could not be read: a getter or a proxy threw' }])
  }
}

const isJson = (value: unknown, depth = 1): value is Json => {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (!isObject(value) || depth > maxDepth) return false
  if (copies.has(value)) return true
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) if (!isJson(value[index], depth + 1)) return false
    return Object.keys(value).length === value.length
  }
  if (!isPlainObject(value)) return false
  for (const key of Object.keys(value)) if (!isJson(value[key], depth + 1)) return false
  return true
}

const jsonCodec = <A extends Json>(
  name: string,
  isExpected: (json: Json) => json is A,
  expectation: string,
): t.Type<A> =>
  new t.Type<A>(
    name,
    (value): value is A => isJson(value) && isExpected(value),
    (value, context) => {
      const copied = copyJson(value)
      if (copied instanceof NotJson)
        return t.failures(
          copied.problems.map(({ path, ...problem }): CodecError => {
            const keys = path.map((key) => ({ key, type: unknown }))
            return { ...problem, context: [...context, ...keys] }
          }),
        )
      return isExpected(copied) ? t.success(copied) : failure(value, context, mustBe(expectation, copied))
    },
    t.identity,
  )

/** Any JSON value. Decoding makes a deeply frozen copy. */
export const JsonCodec: t.Type<Json> = jsonCodec('Json', (_json): _json is Json => true, 'JSON')

/** A JSON object. Decoding makes a deeply frozen copy. */
export const JsonObjectCodec: t.Type<JsonObject> = jsonCodec(
  'JsonObject',
  (json): json is JsonObject => isRecord(json),
  'an object',
)

/** Returns whether two values are equal; the order of fields is irrelevant. */
export const deepEqual = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (!isObject(a) || !isObject(b) || isRecord(a) !== isRecord(b)) return false
  if (a instanceof NotJson || b instanceof NotJson) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]))
  )
}

/** Returns what to print for a value, of which nothing is repeated unless it is JSON. */
export const printable = (value: unknown): unknown => {
  if (value === explicitUndefined) return undefined
  return value instanceof NotJson ? `[not JSON: ${kindOf(value.problems[0]?.value)}]` : value
}
