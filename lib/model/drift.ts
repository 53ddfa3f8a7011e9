import { isLeft, right } from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { freezeIssues, type Issue } from '../errors.ts'
import { maskWhenPrinted, type Redact, redactorOf } from '../util/redact.ts'
import { guardReads, type LenientCodec, lenient } from './codec.ts'
import { issuesOf } from './issues.ts'
import { type Fields, type FieldsOf, wireCodec } from './wire.ts'

/** What every decoded response has. */
export interface WithDrift {
  /** The deviations of the response from the contract that this version knows. Usually empty. */
  readonly drift: readonly Issue[]
}

/** The lenient and the strict codec of a response. Their models are mutable, because `decodeWithDrift` adds to them. */
export const responseCodec = <A extends object, O>(name: string, fields: FieldsOf<A, O> & Fields): LenientCodec<A, O> =>
  lenient(wireCodec<A, O>(name, fields, 'omit', 'mutable'), wireCodec<A, O>(name, fields, 'fail', 'mutable'))

export interface DecodeOptions {
  /** The lifetime that was requested for the token, in seconds. */
  readonly expiresIn?: number | undefined
  /** Drift outside of the body. */
  readonly drift?: readonly Issue[]
  /** Masks secrets in the drift. By default those that the body holds. */
  readonly redact?: Redact
}

/** Decodes leniently, and reports what the strict codec rejects as drift. */
export const decodeWithDrift =
  <A extends object, B extends A>(codec: LenientCodec<A, unknown>, finish: (model: A, options: DecodeOptions) => B) =>
  (value: unknown, options: DecodeOptions = {}, context: t.Context = [{ key: '', type: codec }]) =>
    guardReads<B & WithDrift>(value, context, () => {
      const strict = codec.strict.validate(value, context)
      // Both codecs decode a response without drift to the same model.
      const decoded: t.Validation<A> = isLeft(strict) ? codec.validate(value, context) : strict
      if (isLeft(decoded)) return decoded
      const issues = isLeft(strict) ? issuesOf(strict.left, options.redact ?? redactorOf(value)) : []
      const drift = freezeIssues(options.drift ? [...options.drift, ...issues] : issues)
      return right(Object.freeze(maskWhenPrinted(Object.assign(finish(decoded.right, options), { drift }))))
    })
