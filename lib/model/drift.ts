import { isLeft, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { freezeIssues, type Issue } from '../errors.ts'
import { maskWhenPrinted, type Redact, redactorOf } from '../util/redact.ts'
import { guardReads, type LenientCodec, lenient } from './codec.ts'
import { issuesOf } from './issues.ts'
import type { JsonObject } from './json.ts'
import { type Presence, required, wireCodec } from './wire.ts'

/** What every decoded response has. */
export interface WithDrift {
  /** The deviations of the response from the contract that this version knows. Usually empty. */
  readonly drift: readonly Issue[]
}

type ResponseFields = Readonly<
  Record<string, { readonly codec: t.Mixed & { readonly strict?: t.Mixed }; readonly presence: Presence }>
>

/** The lenient and the strict codec of a response. */
export const responseCodec = <A extends object, O>(name: string, fields: ResponseFields): LenientCodec<A, O> => {
  const strictFields = Object.entries(fields).map(([key, { codec, presence }]) => {
    const strict = codec.strict ?? codec
    return [key, presence === 'guaranteed' ? required(strict) : { codec: strict, presence }] as const
  })
  return lenient(wireCodec<A, O>(name, fields, 'omit'), wireCodec(name, Object.fromEntries(strictFields), 'fail'))
}

/** What a response is decoded with, besides its body. */
export interface DecodeOptions {
  /** The lifetime that was requested for the token, in seconds. */
  readonly expiresIn?: number | undefined
  /** Drift outside of the body. */
  readonly drift?: readonly Issue[]
  /** Masks secrets in the drift. By default those that the body holds. */
  readonly redact?: Redact
}

const noDrift: readonly Issue[] = Object.freeze([])

type WithExtra = { readonly extra?: JsonObject | undefined }

const maskedCopy = <A extends object>(value: A): A => Object.freeze(maskWhenPrinted({ ...value }))

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
      const found = [...(options.drift ?? []), ...issues]
      const drift = found.length > 0 ? freezeIssues(found) : noDrift
      const model = finish(decoded.right, options)
      const extra = Object.hasOwn(model, 'extra') ? model.extra : undefined
      const result = extra === undefined ? { ...model, drift } : { ...model, extra: maskedCopy(extra), drift }
      return right(Object.freeze(maskWhenPrinted(result)))
    })
