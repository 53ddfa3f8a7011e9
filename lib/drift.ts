import * as t from 'io-ts'
import { isLeft, right } from '#fp-ts/Either'
import { isRecord } from './codec.ts'
import type { Issue } from './errors.ts'
import { issuesOf, keysOf } from './issues.ts'
import { printMasked } from './secret.ts'

export interface Drifted {
  /** Where the reply deviates from the contract, as this library knows it; empty when it agrees. */
  readonly drift: readonly Issue[]
}

export const isDrifted = (value: unknown): value is Drifted => isRecord(value) && Array.isArray(value['drift'])

/** A codec of what we accept, with the codec of what the contract says. Where they differ, that is drift. */
export const lax = <A, O>(open: t.Type<A, O>, contract: t.Mixed): t.Type<A, O> & { readonly contract: t.Mixed } =>
  Object.assign(new t.Type(open.name, open.is, open.validate, open.encode), { contract })

export const contractsOf = (props: Readonly<Record<string, t.Mixed & { readonly contract?: t.Mixed }>>) =>
  Object.fromEntries(Object.entries(props).map(([name, codec]) => [name, codec.contract ?? codec]))

/** Members that hold several things, of which the good ones are kept when one is odd. */
const divisible = new Set(['categories', 'latest_connection_attempt'])

/** A value without its members at these paths. */
const without = (value: unknown, paths: readonly (readonly string[])[]): unknown => {
  const gone = new Set(paths.filter(({ length }) => length === 1).map(([key]) => key))
  const within = (key: string, member: unknown): unknown => {
    const deeper = paths.filter(([head]) => head === key).map(([, ...rest]) => rest)
    return deeper.length === 0 ? member : without(member, deeper)
  }
  if (Array.isArray(value))
    return value.flatMap((member, index) => (gone.has(String(index)) ? [] : [within(String(index), member)]))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (gone.has(key) ? [] : [[key, within(key, member)]])),
  )
}

/** Decodes with all that can be read; what cannot is left out. Fails only without what is required. */
const salvage = <A>(codec: t.Type<A, unknown>, value: unknown, context: t.Context): t.Validation<A> => {
  const decoded = codec.validate(value, context)
  if (!isLeft(decoded)) return decoded
  const odd = decoded.left.map((error) => {
    const [head = '', ...rest] = keysOf(error.context.slice(context.length))
    return [head, ...(divisible.has(head) ? rest.slice(0, 1) : [])]
  })
  return codec.validate(without(value, odd), context)
}

/** What a reply is decoded with, beside its body. */
export interface Circumstances {
  /** Seconds that the token was asked to live. */
  readonly expiresIn?: number | undefined
  /** Drift that is not in the body. */
  readonly drift?: readonly Issue[]
}

export const decodeWith =
  <A extends object, B extends object>(
    contract: t.Mixed,
    open: t.Type<A, unknown>,
    finish: (model: A, how: Circumstances) => B,
  ) =>
  (value: unknown, context: t.Context, how: Circumstances): t.Validation<B & Drifted> => {
    const strict = contract.validate(value, context)
    const decoded = salvage(open, value, context)
    if (isLeft(decoded)) return decoded
    const issues = isLeft(strict) ? issuesOf(strict.left) : []
    const drift = Object.freeze([...(how.drift ?? []), ...issues.map((issue) => Object.freeze(issue))])
    return right(Object.freeze(printMasked({ ...finish(decoded.right, how), drift })))
  }
