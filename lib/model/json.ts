import * as t from 'io-ts'
import { isObject, isPlainObject, isRecord, mustBe } from '../util/guards.ts'
import { codecError, failure, unreadable } from './codec.ts'
import type { CodecError } from './validation.ts'

/**
 * Any JSON value, read-only at every level.
 * @example const theme: Json = { mode: 'dark', accents: ['red', null] }
 */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/**
 * A JSON object, read-only at every level.
 * @example const metadata: JsonObject = { plan: 'pro', seats: 12 }
 */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Far above real metadata, and far below the depth at which JSON.stringify exhausts the stack. */
const maxDepth = 500

/** The number of errors after which an object is not read further. */
const maxErrors = 100

/** The errors of a value that is not JSON. A session keeps them until it is validated. */
export class NotJson {
  readonly #errors: readonly CodecError[]

  constructor(errors: readonly CodecError[]) {
    this.#errors = errors
  }

  errorsAt(context: t.Context): CodecError[] {
    return this.#errors.map((error) => ({ ...error, context: [...context, ...error.context] }))
  }
}

const isPrimitive = (value: unknown): value is string | number | boolean | null =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value === null ||
  (typeof value === 'number' && Number.isFinite(value))

/** Returns why an object is not JSON, apart from its entries. */
const problemOf = (value: object, depth: number): readonly [message: string, hint?: string] | undefined => {
  if (depth >= maxDepth) return [`must not be nested deeper than ${maxDepth} levels`]
  if (Array.isArray(value))
    return Object.keys(value).length === value.length ? undefined : ['must not have holes or named properties']
  if (isPlainObject(value)) return undefined
  const hint = value instanceof Date ? 'use date.toISOString()' : 'pass a plain object or a string'
  return ['must be JSON, got a class instance', hint]
}

/** Returns whether a value is JSON. Faster than a copy. */
const isJson = (value: unknown, depth = 0): boolean => {
  if (isPrimitive(value)) return true
  if (!isObject(value) || problemOf(value, depth) !== undefined) return false
  for (const key of Object.keys(value)) if (!isJson(value[key], depth + 1)) return false
  return true
}

const notJson = (value: unknown, message: string, hint?: string): NotJson =>
  new NotJson([codecError(value, [], message, hint)])

/** Returns a deeply frozen copy of a JSON value inside `parents`, or its errors. Reads each property once. */
export const copyJson = (value: unknown, parents: readonly unknown[] = []): Json | NotJson => {
  if (isPrimitive(value)) return value === 0 ? 0 : value // JSON has no -0
  try {
    if (value instanceof NotJson) return value
    if (!isObject(value)) {
      const isProperty = value === undefined && parents.length > 0
      return notJson(value, mustBe('JSON', value), isProperty ? 'omit the property' : undefined)
    }
    if (parents.includes(value)) return notJson(value, 'must not contain a cycle')
    const problem = problemOf(value, parents.length)
    if (problem !== undefined) return notJson(value, ...problem)
    const copied = (Array.isArray(value) ? [] : {}) as Record<string, Json> // the entries of an array are set by their keys
    const errors: CodecError[] = []
    const path = [...parents, value]
    for (const key of Object.keys(value)) {
      const entry = copyJson(value[key], path)
      if (entry instanceof NotJson) errors.push(...entry.errorsAt([{ key, type: JsonCodec }]))
      else if (key === '__proto__') Object.defineProperty(copied, key, { value: entry, enumerable: true })
      else copied[key] = entry
      if (errors.length >= maxErrors) break
    }
    return errors.length > 0 ? new NotJson(errors) : Object.freeze(copied)
  } catch {
    return notJson(value, unreadable)
  }
}

const jsonCodec = <A extends Json>(name: string, isExpected: (json: unknown) => json is A, expectation: string) => {
  const is = (value: unknown): value is A => isExpected(value) && isJson(value)
  const validate: t.Validate<unknown, A> = (value, context) => {
    const copied = copyJson(value)
    if (copied instanceof NotJson) return t.failures(copied.errorsAt(context))
    return isExpected(copied) ? t.success(copied) : failure(value, context, mustBe(expectation, copied))
  }
  return new t.Type<A>(name, is, validate, t.identity)
}

// Decoding makes a deeply frozen copy.
export const JsonCodec: t.Type<Json> = jsonCodec('Json', (_json): _json is Json => true, 'JSON')
export const JsonObjectCodec = jsonCodec('JsonObject', (value): value is JsonObject => isRecord(value), 'an object')

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
