import { didYouMean } from '../util/did-you-mean.ts'
import { mustBeShown } from '../util/guards.ts'
import { refinement } from './codec.ts'

/** The categories of connectors. Contract section 4. */
export const knownCategories = [
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
 * A category of connectors that this version knows, as the API spells it. Contract section 4.
 *
 * @useDeclaredType
 * @example
 * const list: Category[] = ['ats', 'hris']
 * acme.categories(list)
 */
export type Category = (typeof knownCategories)[number]

const aliases = { hrisLegacy: 'hris-legacy', stackOne: 'stackone' } as const

/**
 * A spelling from StackOne's examples that the API rejects. The builder sends the wire value.
 *
 * @useDeclaredType
 * @example acme.categories('hrisLegacy').toJSON().categories // [ 'hris-legacy' ]
 */
export type CategoryAlias = keyof typeof aliases

/** Returns the wire value of an alias, and any other value unchanged. */
export const normalizeCategory = (category: unknown): unknown =>
  category === 'hrisLegacy' || category === 'stackOne' ? aliases[category] : category

const known: ReadonlySet<unknown> = new Set(knownCategories)

/** A category that this version knows. */
export const CategoryCodec = refinement(
  'Category',
  (value): value is Category => known.has(value),
  'a known category',
  {
    hint: (value) => (typeof value === 'string' ? didYouMean(value, knownCategories) : undefined),
    describe: mustBeShown,
  },
)

const accountTypes = ['production', 'test'] as const

/**
 * The type of an account: `production` or `test`. Contract section 2.
 *
 * @useDeclaredType
 * @example const type: AccountType = 'test'
 */
export type AccountType = (typeof accountTypes)[number]

/** An account type that this version knows. */
export const AccountTypeCodec = refinement(
  'AccountType',
  (value): value is AccountType => value === 'production' || value === 'test',
  "'production' or 'test'",
  {
    hint: (value) => (typeof value === 'string' ? didYouMean(value, accountTypes) : undefined),
    describe: mustBeShown,
  },
)
