import * as t from 'io-ts'
import { isLeft, right, tryCatch } from '#fp-ts/Either'
import { isRecord, refuse } from './codec.ts'
import type { Issue } from './errors.ts'
import { issuesOf, redacted } from './issues.ts'
import type { JsonObject } from './json.ts'
import { printMasked, redactorFor } from './secret.ts'
import { wire } from './wire.ts'

export interface Drifted {
  /** Where the reply deviates from the contract, as this library knows it; empty when it agrees. */
  readonly drift: readonly Issue[]
}

export const isDrifted = (value: unknown): value is Drifted => isRecord(value) && Array.isArray(value['drift'])

/** A codec of what we accept, with the codec of what the contract says. Where they differ, that is drift. */
export const lax = <A, O>(
  open: t.Type<A, O>,
  contract: t.Mixed,
): t.Type<A, O> & {
  /** The codec of what the contract says. */
  readonly contract: t.Mixed
} => Object.assign(new t.Type(open.name, open.is, open.validate, open.encode), { contract })

type Props = Readonly<Record<string, t.Mixed & { readonly contract?: t.Mixed }>>

const contractsOf = (props: Props) =>
  Object.fromEntries(Object.entries(props).map(([name, codec]) => [name, codec.contract ?? codec]))

/** Both codecs of a model: the contract's, and the one of what we accept, which may lack all but what is needed. */
export const bothOf = <N extends Props, R extends Props, O extends Props>(
  name: string,
  needed: N,
  always: R,
  sometimes: O,
) => ({
  open: wire(name, needed, { ...always, ...sometimes }, true).wire,
  contract: wire(name, contractsOf({ ...always, ...needed }), contractsOf(sometimes)).wire,
})

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
    { open, contract }: { readonly open: t.Type<A, unknown>; readonly contract: t.Mixed },
    finish: (model: A, how: Circumstances) => B,
  ) =>
  (value: unknown, how: Circumstances, context: t.Context = [{ key: '', type: open }]): t.Validation<B & Drifted> => {
    // Once, so that both codecs see the same.
    const taken = tryCatch(
      () => (isRecord(value) ? { ...value } : value),
      () => undefined,
    )
    if (isLeft(taken)) return refuse(value, context, 'reading it threw')
    const strict = contract.validate(taken.right, context)
    // What keeps to the contract means the same to both: one walk does for it.
    const decoded: t.Validation<A> = isLeft(strict) ? open.validate(taken.right, context) : strict
    if (isLeft(decoded)) return decoded
    const issues = [...(how.drift ?? []), ...(isLeft(strict) ? issuesOf(strict.left) : [])]
    const drift = redacted(issues, redactorFor(taken.right))
    const model = finish(decoded.right, how)
    const extra = model.extra && { extra: Object.freeze(printMasked(model.extra)) }
    return right(Object.freeze(printMasked({ ...model, ...extra, drift })))
  }
