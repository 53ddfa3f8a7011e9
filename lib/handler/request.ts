import type { Issue } from '../errors.ts'
import { type Category, knownCategories, normalizeCategory } from '../model/enums.ts'
import { session } from '../session/session.ts'
import type { Session } from '../session/types.ts'
import { arrayOf, type Check, nonBlank, ofType, oneOf } from '../util/check-options.ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { withoutPrototype } from '../util/guards.ts'
import { HttpError } from './http-error.ts'

/**
 * The customer for whom a session is created.
 * @example const owner: Owner = { id: 'acme-42', name: 'Acme Inc.', username: 'it@acme.example' }
 */
export interface Owner {
  /** The customer's id in your system (`origin_owner_id`); not blank. */
  readonly id: string
  /** The customer's readable name (`origin_owner_name`); not blank. Changing it creates a second account. */
  readonly name: string
  /** The end user who connects (`origin_username`), such as an e-mail address; not blank. */
  readonly username?: string | undefined
}

/**
 * The fields that a page may set in its request; everything that is not listed is rejected.
 * @example const allow: Allow = { categories: ['ats', 'hris'], providers: true }
 */
export interface Allow {
  /** The categories that a page may request, known or not; `true` allows every known category. @default none */
  readonly categories?: readonly (Category | (string & {}))[] | true | undefined
  /** The providers that a page may request; `true` allows any. @default none */
  readonly providers?: readonly string[] | true | undefined
  /** Whether a page may set `multiple`. @default false */
  readonly multiple?: boolean | undefined
  /**
   * Returns whether a page may edit an account. A page can send any id, so look the account up among those of `owner`.
   * @default a page cannot edit an account
   */
  readonly ownsAccount?: ((accountId: string, request: Request, owner: Owner) => boolean | Promise<boolean>) | undefined
}

/**
 * The JSON body of a page's request; the server's `allow` option decides which fields a page may set.
 * @example const request: HandlerRequest = { categories: ['hris'], multiple: true }
 */
export interface HandlerRequest {
  /** The categories at which the Hub opens; duplicates are removed. */
  readonly categories?: readonly (Category | (string & {}))[] | undefined
  /** The connector at whose credentials the Hub opens. */
  readonly provider?: string | undefined
  /** Whether the owner may connect several accounts of one provider. */
  readonly multiple?: boolean | undefined
  /** The account to edit. */
  readonly accountId?: string | undefined
}

const maxIssues = 20
const maxCategories = 100

/** Checks for one of a list of values; by default, no value is allowed. */
const isIn = (values: readonly unknown[] = []): Check => {
  const allowed = new Set(values)
  return (value, path) => (allowed.has(value) ? [] : [{ path, message: 'is not allowed' }])
}

const categoriesIn = (allowed: readonly unknown[] | true): Check => {
  const category = allowed === true ? oneOf(knownCategories, 'a known category') : isIn(allowed.map(normalizeCategory))
  const check = arrayOf((value, path) => category(normalizeCategory(value), path))
  return (value, path) => {
    if (!Array.isArray(value) || (value.length > 0 && value.length <= maxCategories)) return check(value, path)
    return [{ path, message: `must contain 1 to ${maxCategories} categories` }]
  }
}

/** Returns a function that returns the fields of a body, or throws an `HttpError` with all problems. */
export const requestParser = ({ categories, providers, multiple, ownsAccount }: Allow) => {
  const checks = {
    categories: categories ? categoriesIn(categories) : isIn(),
    provider: providers === true ? nonBlank : isIn(providers),
    multiple: multiple ? ofType('boolean') : isIn(),
    accountId: ownsAccount ? nonBlank : isIn(), // `ownsAccount` decides later
  } satisfies Record<keyof HandlerRequest, Check>
  const checkOf = new Map<string, Check>(Object.entries(checks))
  const names = [...checkOf.keys()]
  const unknownField = (name: string): Issue => {
    const hint = didYouMean(name, names) ?? `the fields are ${names.join(', ')}`
    return { path: name.slice(0, 64), message: 'unknown field', hint }
  }
  return (body: object): HandlerRequest => {
    const issues = Object.entries(body)
      .slice(0, maxIssues) // a body with more fields is invalid anyway
      .flatMap(([name, value]) => checkOf.get(name)?.(value, name) ?? unknownField(name))
    if (issues.length > 0) throw new HttpError('invalid-choices', undefined, issues.slice(0, maxIssues))
    return withoutPrototype(body)
  }
}

export const sessionFor = (owner: Owner, { categories, provider, multiple, accountId }: HandlerRequest): Session =>
  session()
    .owner(owner.id, owner.name)
    .when(owner.username, (chain, user) => chain.username(user))
    // Unlike `categories`, `field` accepts a category that this version does not know.
    .when(categories, (chain, list) => chain.field('categories', [...new Set(list.map(normalizeCategory).map(String))]))
    .when(provider, (chain, key) => chain.provider(key))
    // `when` ignores false.
    .when(multiple !== undefined, (chain) => chain.multiple(multiple === true))
    .when(accountId, (chain, id) => chain.account(id))
