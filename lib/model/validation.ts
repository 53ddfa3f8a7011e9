import type { Either } from '../util/task.ts'

// io-ts's own declarations would require users to install io-ts and fp-ts.

/**
 * A value on the way from the root to one that a codec rejected; structurally identical to io-ts's `ContextEntry`.
 * @example const keysTo = (context: readonly CodecContextEntry[]) => context.map(({ key }) => key)
 */
export interface CodecContextEntry {
  /** The key of the value in its parent; empty for the root. */
  readonly key: string
  /** The codec of the value. */
  readonly type: Pick<BaseCodec<unknown>, 'name' | 'validate' | 'decode'>
  /** The value. */
  readonly actual?: unknown
}

/**
 * One problem that a codec found; structurally identical to io-ts's `ValidationError`, with an optional hint.
 * @example const textOf = ({ message = 'is invalid' }: CodecError): string => message
 */
export interface CodecError {
  /** The value, which may be customer data: do not log it. */
  readonly value: unknown
  /** The path to the value. */
  readonly context: readonly CodecContextEntry[]
  /** The expectation. */
  readonly message?: string
  /** How to fix it, such as `did you mean 'hris'?`. */
  readonly hint?: string
}

/**
 * The result of a codec: all problems or the value; structurally identical to io-ts's `Validation`.
 * @example const decoded: Validation<ConnectSessionCreate> = ConnectSessionCreate.decode(acme.toJSON())
 */
export type Validation<A> = Either<CodecError[], A>

/**
 * A codec that decodes `I` to `A` and encodes `A` to `O`; structurally identical to io-ts's `Type`.
 * @example const nameOf = <A>(codec: BaseCodec<A, unknown>): string => codec.name
 */
export interface BaseCodec<A, O = A, I = unknown> {
  /** The name, which appears in reports. */
  readonly name: string
  /** Returns whether a value is a valid `A`. */
  readonly is: (value: unknown) => value is A
  /** Decodes a value whose path is `context`. */
  readonly validate: (input: I, context: readonly CodecContextEntry[]) => Validation<A>
  /** Decodes a value. */
  readonly decode: (input: I) => Validation<A>
  /** Encodes a value. */
  readonly encode: (value: A) => O
  /** The type `A`. Absent at run time. */
  readonly _A: A
  /** The type `O`. Absent at run time. */
  readonly _O: O
  /** The type `I`. Absent at run time. */
  readonly _I: I
  /** Returns a codec that decodes with this codec and then with another one. */
  pipe<B>(
    next: Pick<BaseCodec<B, unknown, never>, 'name' | 'is' | 'validate' | 'encode'>,
    name?: string,
  ): BaseCodec<B, O, I>
  /** Returns the codec as a decoder. */
  asDecoder(): Pick<BaseCodec<A, O, I>, 'name' | 'validate' | 'decode'>
  /** Returns the codec as an encoder. */
  asEncoder(): Pick<BaseCodec<A, O, I>, 'encode'>
}
