import type { Type } from 'io-ts'
import { isLeft } from '#fp-ts/Either'
import type { Refusal } from './codec.ts'
import { keysOf } from './issues.ts'

/** The Standard Schema interface, version 1 (standardschema.dev): what form, router and tRPC libraries ask of a codec. */
export interface StandardSchema<Input, Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'stackone-session'
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: Output; readonly issues?: undefined }
      | { readonly issues: ReadonlyArray<{ readonly message: string; readonly path: readonly string[] }> }
    readonly types?: { readonly input: Input; readonly output: Output }
  }
}

/** An io-ts codec from and to the wire that any library which takes a Standard Schema takes as well. */
export type Codec<A, O> = Type<A, O> & StandardSchema<O, A>

/** Adds the Standard Schema interface to a codec. */
export const standard = <A, O>(codec: Type<A, O>): Codec<A, O> =>
  Object.assign(codec, {
    '~standard': {
      version: 1,
      vendor: 'stackone-session',
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
  } as const)
