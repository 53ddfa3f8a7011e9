import type { Type } from 'io-ts'
import { isLeft } from '#fp-ts/Either'
import type { Refusal } from './codec.ts'
import { keysOf } from './issues.ts'

/**
 * The Standard Schema interface, version 1 (standardschema.dev): what form, router and tRPC libraries ask of a codec.
 *
 * @example
 * const check = <O>(schema: StandardSchema<unknown, O>, value: unknown) => schema['~standard'].validate(value)
 * const { issues } = check(ConnectSessionCreate, { origin_owner_id: 'acme-42' })
 * issues // [ { message: 'is missing', path: [ 'origin_owner_name' ] } ]
 */
export interface StandardSchema<Input, Output> {
  /** All of the interface; the name is chosen so that nothing else has it. */
  readonly '~standard': {
    /** Of the interface. */
    readonly version: 1
    /** Who made the schema. */
    readonly vendor: 'stackone-session'
    /** Decodes a value; never throws. */
    readonly validate: (value: unknown) =>
      | {
          /** What was decoded. */
          readonly value: Output
          /** Nothing is wrong. */
          readonly issues?: undefined
        }
      | {
          /** All that is wrong. */
          readonly issues: ReadonlyArray<{
            /** What was expected. */
            readonly message: string
            /** Where, by keys. */
            readonly path: readonly string[]
          }>
        }
    /** For the compiler alone: there is no such member at run time. */
    readonly types?: {
      /** The wire form. */
      readonly input: Input
      /** What is decoded. */
      readonly output: Output
    }
  }
}

/**
 * An io-ts codec from and to the wire that any library which takes a Standard Schema takes as well.
 *
 * @example
 * const codec: Codec<ConnectSessionCreate, ConnectSessionCreateWire> = ConnectSessionCreate
 * codec.name // 'ConnectSessionCreate'
 */
export type Codec<A, O> = Type<A, O> & StandardSchema<O, A>

/** Adds the Standard Schema interface to a codec. */
export const standard = <A, O>(codec: Type<A, O>): Codec<A, O> =>
  Object.assign(codec, {
    '~standard': {
      version: 1 as const,
      vendor: 'stackone-session' as const,
      validate: (value: unknown) => {
        const decoded = codec.decode(value)
        if (!isLeft(decoded)) return { value: decoded.right }
        return {
          issues: decoded.left.map(({ context, message = 'is not valid' }: Refusal) => ({
            message,
            path: keysOf(context),
          })),
        }
      },
    },
  })
