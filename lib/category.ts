import { check } from './codec.ts'
import { didYouMean } from './nearest.ts'

/** The categories of connectors, as the API spells them. */
const categories = [
  'ats',
  'hris',
  'hris-legacy',
  'crm',
  'iam',
  'marketing',
  'lms',
  'stackone',
  'documents',
  'ticketing',
  'screening',
  'messaging',
  'accounting',
  'scheduling',
] as const

/**
 * A category of connectors, as it goes over the wire.
 *
 * @useDeclaredType
 * @example
 * const asked: readonly [Category, ...Category[]] = ['ats', 'hris']
 * acme.categories(...asked)
 */
export type Category = (typeof categories)[number]

const spellings = { hrisLegacy: 'hris-legacy', stackOne: 'stackone' } as const

/**
 * Spellings of the vendor's own examples that the API refuses; the builder sends what they mean.
 *
 * @useDeclaredType
 * @example acme.categories('hrisLegacy').toJSON().categories // [ 'hris-legacy' ]
 */
export type CategoryAlias = keyof typeof spellings

const known: ReadonlySet<unknown> = new Set(categories)

const isCategory = (value: unknown): value is Category => known.has(value)

/** The wire's spelling of a category; what is no alias comes back as it is. */
export const spelt = (category: unknown): unknown =>
  category === 'hrisLegacy' || category === 'stackOne' ? spellings[category] : category

const hintFor = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return 'spread the list: .categories(...list)'
  if (typeof value !== 'string') return undefined
  return didYouMean(value, categories) ?? `the known ones are ${categories.join(', ')}`
}

/** A known category on the wire. */
export const CategoryCodec = check('Category', isCategory, 'a known category', hintFor)
