import * as t from 'io-ts'
import { isLeft, right, tryCatch } from '#fp-ts/Either'
import { isRecord, refusal } from './codec.ts'
import type { Issue } from './errors.ts'
import { issuesOf } from './issues.ts'
import type { JsonObject } from './json.ts'
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

/** What a reply is decoded with, beside its body. */
export interface Circumstances {
  /** Seconds that the token was asked to live. */
  readonly expiresIn?: number | undefined
  /** Drift that is not in the body. */
  readonly drift?: readonly Issue[]
}

/** Decodes with the open codec, and lists as drift what the contract's codec has to say. */
export const decodeWith =
  <A extends { readonly extra?: JsonObject }, B extends A>(
    contract: t.Mixed,
    open: t.Type<A, unknown>,
    finish: (model: A, how: Circumstances) => B,
  ) =>
  (value: unknown, how: Circumstances, context = t.getDefaultContext(open)): t.Validation<B & Drifted> => {
    const taken = tryCatch(
      () => (isRecord(value) ? { ...value } : value), // once, so that both codecs see the same
      () => [refusal(value, context, 'reading it threw')],
    )
    if (isLeft(taken)) return taken
    const strict = contract.validate(taken.right, context)
    // What keeps to the contract means the same to both: one walk does for it.
    const decoded: t.Validation<A> = isLeft(strict) ? open.validate(taken.right, context) : strict
    if (isLeft(decoded)) return decoded
    const issues = [...(how.drift ?? []), ...(isLeft(strict) ? issuesOf(strict.left) : [])]
    const drift = Object.freeze(issues.map((issue) => Object.freeze(issue)))
    const model = finish(decoded.right, how)
    const extra = model.extra && { extra: Object.freeze(printMasked(model.extra)) }
    return right(Object.freeze(printMasked({ ...model, ...extra, drift })))
  }
