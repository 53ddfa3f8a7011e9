import { isLeft } from 'fp-ts/lib/Either.js'
import { keysOf } from './issues.ts'
import type { BaseCodec } from './validation.ts'

/**
 * Version 1 of the Standard Schema interface, which form, router and tRPC libraries accept.
 * @example ConnectSessionCreate['~standard'].validate({}) // { issues: [ { message: 'is required', path: …
 */
export interface StandardSchema<Input, Output> {
  /** The properties of the schema. */
  readonly '~standard': {
    /** The version of the interface. */
    readonly version: 1
    /** The library that provides the schema. */
    readonly vendor: 'stackone-session'
    /** Decodes a value. Never throws. */
    readonly validate: (value: unknown) =>
      | {
          /** The decoded value. */
          readonly value: Output
          /** Absent on success. */
          readonly issues?: undefined
        }
      | {
          /** All problems. */
          readonly issues: ReadonlyArray<{
            /** The expectation. */
            readonly message: string
            /** The keys that lead to the value. */
            readonly path: readonly string[]
          }>
        }
    /** Types for inference. Absent at run time. */
    readonly types?: {
      /** The type of the wire form. */
      readonly input: Input
      /** The type of the decoded value. */
      readonly output: Output
    }
  }
}

/**
 * A codec between the model `A` and its wire form `O`, for io-ts and as a Standard Schema.
 * @example const codec: Codec<ConnectSessionCreate, ConnectSessionCreateWire> = ConnectSessionCreate
 */
export type Codec<A, O> = BaseCodec<A, O> & StandardSchema<O, A>

export const withStandardSchema = <A, O>(codec: BaseCodec<A, O>): Codec<A, O> =>
  Object.assign(codec, {
    '~standard': {
      version: 1 as const,
      vendor: 'stackone-session' as const,
      validate: (value: unknown) => {
        const decoded = codec.decode(value)
        if (!isLeft(decoded)) return { value: decoded.right }
        const issues = decoded.left.map(({ context, message = 'is not valid' }) => ({ message, path: keysOf(context) }))
        return { issues }
      },
    },
  })
