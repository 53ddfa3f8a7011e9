import { isLeft, right } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { freezeIssues, type Issue } from '../errors.ts'
import { isRecord } from '../util/guards.ts'
import { withoutPrototype } from '../util/omit-undefined.ts'
import { maskWhenPrinted, type Redact, redactorOf } from '../util/redact.ts'
import { guardReads } from './codec.ts'
import { issuesOf } from './issues.ts'
import type { JsonObject } from './json.ts'
import { type Presence, required, wireCodec } from './wire.ts'

/** What every decoded response has. */
export interface WithDrift {
  /** The deviations of the response from the contract that this version knows. Usually empty. */
  readonly drift: readonly Issue[]
}

/** A codec for what the library accepts, with the codec of the contract. Where they differ, there is drift. */
export type LenientCodec<A, O> = t.Type<A, O> & { readonly strict: t.Mixed }

export const lenient = <A, O>(accepted: t.Type<A, O>, strict: t.Mixed): LenientCodec<A, O> =>
  Object.assign(new t.Type(accepted.name, accepted.is, accepted.validate, accepted.encode), { strict })

type ResponseFields = Readonly<
  Record<string, { readonly codec: t.Mixed & { readonly strict?: t.Mixed }; readonly presence: Presence }>
>

const strictFields = (fields: ResponseFields): ResponseFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { codec, presence }]) => {
      const strict = codec.strict ?? codec
      return [name, presence === 'guaranteed' ? required(strict) : { codec: strict, presence }]
    }),
  )

/** The lenient and the strict codec of a response. */
export const responseCodec = <A, O>(name: string, fields: ResponseFields): LenientCodec<A, O> =>
  lenient(wireCodec<A, O>(name, fields, 'omit'), wireCodec(name, strictFields(fields), 'fail'))

/** What a response is decoded with, besides its body. */
export interface DecodeOptions {
  /** The lifetime that was requested for the token, in seconds. */
  readonly expiresIn?: number | undefined
  /** Drift outside of the body. */
  readonly drift?: readonly Issue[]
  /** Masks secrets in the drift. By default those that the body holds. */
  readonly redact?: Redact
}

type WithExtra = { readonly extra?: JsonObject | undefined }

/** Decodes leniently, and reports what the strict codec rejects as drift. */
export const decodeWithDrift =
  <A extends WithExtra, B extends A>(
    codec: LenientCodec<A, unknown>,
    finish: (model: A, options: DecodeOptions) => B,
  ) =>
  (
    value: unknown,
    options: DecodeOptions = {},
    context: t.Context = [{ key: '', type: codec }],
  ): t.Validation<B & WithDrift> =>
    guardReads(value, context, () => {
      const strict = codec.strict.validate(value, context)
      // Both codecs decode a response without drift to the same model.
      const decoded: t.Validation<A> = isLeft(strict) ? codec.validate(value, context) : strict
      if (isLeft(decoded)) return decoded
      const issues = isLeft(strict) ? issuesOf(strict.left, options.redact ?? redactorOf(value)) : []
      const drift = freezeIssues([...(options.drift ?? []), ...issues])
      const model = withoutPrototype(decoded.right)
      const extra = model.extra && { extra: Object.freeze(maskWhenPrinted(model.extra)) }
      return right(Object.freeze(maskWhenPrinted({ ...finish(model, options), ...extra, drift })))
    })

export const hasDrift = (value: unknown): value is WithDrift => isRecord(value) && Array.isArray(value['drift'])
