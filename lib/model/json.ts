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
    this.errors = errors
  }

  /** Returns the errors for a value that is nested at a path. */
  errorsAt(context: t.Context): CodecError[] {
    return this.errors.map((error) => ({ ...error, context: [...context, ...error.context] }))
  }
}

const isPrimitive = (value: unknown): value is string | number | boolean | null =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value === null ||
  (typeof value === 'number' && Number.isFinite(value))

type Problem = readonly [message: string, hint?: string | undefined]

/** Returns why a value is not JSON, apart from its entries. */
const problemOf = (value: unknown, depth: number): Problem | undefined => {
  if (isPrimitive(value)) return undefined
  if (!isObject(value))
    return [mustBe('JSON', value), value === undefined && depth > 0 ? 'omit the property' : undefined]
  if (depth >= maxDepth) return [`must not be nested deeper than ${maxDepth} levels`]
  if (Array.isArray(value))
    return Object.keys(value).length === value.length ? undefined : ['must not have holes or named properties']
  return isPlainObject(value) ? undefined : ['must be JSON, got a class instance', 'pass a plain object or a string']
}

const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

/** Returns whether a value is JSON. Faster than a copy. */
const isJson = (value: unknown, depth = 0): boolean => {
  if (isPrimitive(value)) return true
  if (!isObject(value) || problemOf(value, depth) !== undefined) return false
  for (const key of Object.keys(value)) if (!isJson(value[key], depth + 1)) return false
  return true
}

/** Returns a deeply frozen copy, or undefined if the value is not JSON. Each property is read once. */
const frozenCopy = (value: unknown, depth = 0): Json | undefined => {
  if (isPrimitive(value)) return value === 0 ? 0 : value // JSON has no -0
  if (!isObject(value) || problemOf(value, depth) !== undefined) return undefined
  const copied = (Array.isArray(value) ? [] : {}) as Record<string, Json> // the entries of an array are set by their keys
  for (const key of Object.keys(value)) {
    const entry = frozenCopy(value[key], depth + 1)
    if (entry === undefined) return undefined
    setOwn(copied, key, entry)
  }
  return Object.freeze(copied)
}

/** Adds the errors of a value at a path. */
const collectErrors = (value: unknown, path: t.ContextEntry[], ancestors: object[], errors: CodecError[]): void => {
  if (errors.length >= maxErrors) return
  const isCycle = isObject(value) && ancestors.includes(value)
  const problem = isCycle ? (['must not contain a cycle'] as const) : problemOf(value, ancestors.length)
  if (value instanceof NotJson) errors.push(...value.errorsAt(path))
  else if (problem !== undefined) errors.push(codecError(value, [...path], ...problem))
  else if (isObject(value)) {
    ancestors.push(value)
    for (const key of Object.keys(value)) {
      path.push({ key, type: unknown })
      collectErrors(value[key], path, ancestors, errors)
      path.pop()
    }
    ancestors.pop()
  }
}

/** Returns a deeply frozen copy of a JSON value, or the errors of a value that is not JSON. */
export const copyJson = (value: unknown): Json | NotJson => {
  try {
    const copied = frozenCopy(value)
    if (copied !== undefined) return copied
    const errors: CodecError[] = []
    collectErrors(value, [], [], errors)
    if (errors.length > 0) return new NotJson(errors)
  } catch {}
  return new NotJson([codecError(value, [], unreadable)]) // a getter threw, or returned JSON only the second time
}

const jsonCodec = <A extends Json>(name: string, isExpected: (json: unknown) => json is A, expectation: string) => {
  const is = (value: unknown): value is A => isExpected(value) && isJson(value)
  const validate: t.Validate<unknown, A> = (value, context) => {
    const copied = copyJson(value)
    if (isExpected(copied)) return t.success(copied)
    if (!(copied instanceof NotJson)) return failure(value, context, mustBe(expectation, copied))
    return t.failures(copied.errorsAt(context))
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
