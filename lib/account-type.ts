import { check } from './codec.ts'
import { didYouMean } from './nearest.ts'

const types = ['production', 'test'] as const

type AccountType = (typeof types)[number]

/** The type of an account on the wire. */
export const AccountType = check(
  'AccountType',
  (value): value is AccountType => types.some((type) => type === value),
  "'production' or 'test'",
  (value) => (typeof value === 'string' ? didYouMean(value, types) : undefined),
)
