import { didYouMean } from '../util/did-you-mean.ts'
import { show } from '../util/guards.ts'
import { refinement } from './codec.ts'

const enumCodec = <A extends string>(name: string, values: readonly A[], expectation: string) => {
  const known: ReadonlySet<unknown> = new Set(values)
  const hint = (value: unknown): string | undefined => didYouMean(value, values)
  return refinement(name, (value): value is A => known.has(value), expectation, { hint, describe: show })
}

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
 * A category of connectors that this version knows, as the API spells it (contract section 4).
 * @useDeclaredType
 * @example const list: Category[] = ['ats', 'hris']
 */
export type Category = (typeof knownCategories)[number]

const aliases = { hrisLegacy: 'hris-legacy', stackOne: 'stackone' } as const

/**
 * A spelling from StackOne's examples that the API rejects; the builder sends the wire value (contract section 4).
 * @useDeclaredType
 * @example acme.categories('hrisLegacy').toJSON().categories // [ 'hris-legacy' ]
 */
export type CategoryAlias = keyof typeof aliases

/** Returns the wire value of an alias, and any other value unchanged. */
export const normalizeCategory = (category: unknown): unknown =>
  category === 'hrisLegacy' || category === 'stackOne' ? aliases[category] : category

export const CategoryCodec = enumCodec('Category', knownCategories, 'a known category')

const accountTypes = ['production', 'test'] as const

/**
 * The type of an account: `production` or `test` (contract section 2).
 * @useDeclaredType
 * @example const type: AccountType = 'test'
 */
export type AccountType = (typeof accountTypes)[number]

export const AccountTypeCodec = enumCodec('AccountType', accountTypes, "'production' or 'test'")
