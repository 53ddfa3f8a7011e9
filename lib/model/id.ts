import * as t from 'io-ts'
import { parser, refinement } from './codec.ts'

export const string = refinement('String', (value): value is string => typeof value === 'string', 'a string')

export const nonEmptyString = refinement(
  'NonEmptyString',
  (value): value is string => typeof value === 'string' && value !== '',
  'a non-empty string',
)

const isId = (value: unknown): boolean => Number.isSafeInteger(value) || nonEmptyString.is(value)

/** The API has changed the type of its ids several times; the model always has strings. */
const idCodec = (name: string, types: readonly ('number' | 'string')[], encode: (id: string) => string | number) => {
  const parse = (value: unknown): string | undefined =>
    isId(value) && types.some((type) => type === typeof value) ? String(value) : undefined
  return parser(name, string.is, `a ${types.join(' or ')}`, parse, encode)
}

// A string that is not the text of a number stays a string.
const encodeNumericId = (text: string): string | number => {
  const number = Number(text)
  return isId(number) && String(number) === text ? number : text
}

export const NumericId = idCodec('NumericId', ['number'], encodeNumericId)
export const LenientNumericId = idCodec('LenientNumericId', ['number', 'string'], encodeNumericId)
export const StringId = idCodec('StringId', ['string'], t.identity)
export const LenientStringId = idCodec('LenientStringId', ['string', 'number'], t.identity)
