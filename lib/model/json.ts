import * as t from 'io-ts'
import { explicitUndefined, isObject, isPlainObject, isRecord, kindOf, mustBe } from '../util/guards.ts'
import { codecError, failure, unknown, unreadable } from './codec.ts'
import type { CodecError } from './validation.ts'

/**
 * Any JSON value, read-only at every level.
 * @example const theme: Json = { mode: 'dark', accents: ['red', null] }
 */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/**
 * A JSON object, read-only at every level.
 * @example
 * const metadata: JsonObject = { plan: 'pro', seats: 12 }
 * acme.metadata(metadata)
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Far above real metadata, and far below the depth at which JSON.stringify exhausts the stack. */
const maxDepth = 500

/** The errors to keep of one value. */
const maxErrors = 100

/** The errors of a value that is not JSON. A session keeps them until it is validated. */
export class NotJson {
  readonly errors: readonly CodecError[]

  constructor(errors: readonly CodecError[]) {
    this.errors = errors.slice(0, maxErrors)
  }
}

/** Returns whether a value is JSON. */
const isJson = (value: unknown, depth = 1): value is Json => {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (!isObject(value) || depth > maxDepth) return false
  const keys = Object.keys(value)
  if (Array.isArray(value) ? keys.length !== value.length : !isPlainObject(value)) return false
  for (const key of keys) if (!isJson(value[key], depth + 1)) return false
  return true
}

const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json)

/** Returns a deeply frozen copy. */
const frozenCopy = (json: Json): Json => {
  if (typeof json === 'number') return json + 0 // JSON has no -0
  if (!isObject(json)) return json
  if (isList(json)) return Object.freeze(json.map(frozenCopy))
  const copied: Record<string, Json> = {}
  for (const key of Object.keys(json)) setOwn(copied, key, frozenCopy(json[key] as Json)) // faster than entries
  return Object.freeze(copied)
}

/** Returns the errors of a value at a path. */
const errorsAt = (value: unknown, context: t.Context, ancestors: readonly object[]): readonly CodecError[] => {
  const reject = (message: string, hint?: string): readonly CodecError[] => [codecError(value, context, message, hint)]
  if (value instanceof NotJson)
    return value.errors.map((error) => ({ ...error, context: [...context, ...error.context] }))
  if (isJson(value, ancestors.length + 1)) return []
  if (!isObject(value)) {
    const isProperty = value === undefined && context.length > 0
    return reject(mustBe('JSON', value), isProperty ? 'omit the property' : undefined)
  }
  if (ancestors.includes(value)) return reject('must not contain a cycle')
  if (ancestors.length >= maxDepth) return reject(`must not be nested deeper than ${maxDepth} levels`)
  const keys = Object.keys(value)
  if (Array.isArray(value) && keys.length !== value.length) return reject('must not have holes or named properties')
  if (!Array.isArray(value) && !isPlainObject(value))
    return reject('must be JSON, got a class instance', 'pass a plain object or a string')
  return keys.flatMap((key) => errorsAt(value[key], [...context, { key, type: unknown }], [...ancestors, value]))
}

/** Returns a deeply frozen copy of a JSON value, or the errors of a value that is not JSON. */
export const copyJson = (value: unknown): Json | NotJson => {
  try {
    return isJson(value) ? frozenCopy(value) : new NotJson(errorsAt(value, [], []))
  } catch {
    return new NotJson([codecError(value, [], unreadable)])
  }
}

const jsonCodec = <A extends Json>(name: string, isExpected: (json: unknown) => json is A, expectation: string) => {
  const is = (value: unknown): value is A => isExpected(value) && isJson(value)
  const validate: t.Validate<unknown, A> = (value, context) => {
    const copied = copyJson(value)
    if (isExpected(copied)) return t.success(copied)
    if (!(copied instanceof NotJson)) return failure(value, context, mustBe(expectation, copied))
    return t.failures([...errorsAt(copied, context, [])])
  }
  return new t.Type<A>(name, is, validate, t.identity)
}

/** Any JSON value. Decoding makes a deeply frozen copy. */
export const JsonCodec: t.Type<Json> = jsonCodec('Json', (value): value is Json => !(value instanceof NotJson), 'JSON')

/** A JSON object. Decoding makes a deeply frozen copy. */
export const JsonObjectCodec: t.Type<JsonObject> = jsonCodec(
  'JsonObject',
  (value): value is JsonObject => isRecord(value) && !(value instanceof NotJson),
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

/** Returns what to print for a value: itself if it is JSON, or else its kind. */
export const printable = (value: unknown): unknown => {
  if (value === explicitUndefined) return undefined
  return value instanceof NotJson ? `[not JSON: ${kindOf(value.errors[0]?.value)}]` : value
}
