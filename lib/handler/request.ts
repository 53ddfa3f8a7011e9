import type { Issue } from '../errors.ts'
import { type Category, knownCategories, normalizeCategory } from '../model/enums.ts'
import type { Session } from '../session/types.ts'
import { type Check, nonBlank, ofType, oneOf } from '../util/check-options.ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { mustBe, withoutPrototype } from '../util/guards.ts'
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
   * Allows a page to edit an account, if this returns true or a promise of true. Look the account up among those of
   * `owner`, since a page can send the id of any account.
   * @default a page cannot edit an account
   */
  readonly ownsAccount?: ((accountId: string, request: Request, owner: Owner) => boolean | Promise<boolean>) | undefined
}

/**
 * The JSON body of a page's request; the server's `allow` option decides which fields a page may set.
 * @example const request: HandlerRequest = { categories: ['hris'], multiple: true }
 */
export interface HandlerRequest {
  /** The categories at which the Hub opens, without duplicates. */
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

const notAllowed: Check = (_, path) => [{ path, message: 'is not allowed' }]

const stringIn =
  (allowed: readonly unknown[] | true): Check =>
  (value, path) => {
    const issues = nonBlank(value, path)
    return issues.length > 0 || allowed === true || allowed.includes(value) ? issues : notAllowed(value, path)
  }

const knownCategory = oneOf(knownCategories, 'a known category')

const categoriesIn =
  (allowed: readonly unknown[] | true): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return [{ path, message: mustBe('an array', value) }]
    if (value.length === 0) return [{ path, message: 'must contain at least one category' }]
    // Each entry of a longer list could add an issue.
    if (value.length > maxCategories) return [{ path, message: `must contain at most ${maxCategories} categories` }]
    const check = allowed === true ? knownCategory : stringIn(allowed)
    const categories = value.map(normalizeCategory)
    return categories.flatMap((category, index) => {
      const entryPath = `${path}[${index}]`
      const issues = check(category, entryPath)
      const isRepeated = issues.length === 0 && categories.indexOf(category) < index
      return isRepeated ? [{ path: entryPath, message: 'must not be repeated' }] : issues
    })
  }

type FieldChecks = ReadonlyMap<string, Check>

/** Returns the check of each field. */
export const fieldChecks = ({ categories, providers, multiple, ownsAccount }: Allow): FieldChecks => {
  const checks = {
    categories: categories ? categoriesIn(categories === true || categories.map(normalizeCategory)) : notAllowed,
    provider: providers ? stringIn(providers === true || [...providers]) : notAllowed,
    multiple: multiple ? ofType('boolean') : notAllowed,
    accountId: ownsAccount ? nonBlank : notAllowed,
  } satisfies Record<keyof HandlerRequest, Check>
  return new Map(Object.entries(checks))
}

const unknownField = (name: string, known: readonly string[]): Issue => {
  // Any spelling: `owner`, `origin_owner_id`, `Owner-Name`, `originUsername`.
  const isOwnerField = /owner|username/i.test(name.replace(/[^a-z]/gi, ''))
  const suggestion = isOwnerField ? 'the owner comes from the server' : didYouMean(name, known)
  const hint = suggestion ?? `the fields are ${known.join(', ')}`
  return { path: name.slice(0, 64), message: 'unknown field', hint }
}

/** Returns the fields of a body; throws an `HttpError` with all problems. Whose account it is, is not checked. */
export const parseRequest = (body: Readonly<Record<string, unknown>>, checks: FieldChecks): HandlerRequest => {
  const issues = Object.entries(body)
    .slice(0, maxIssues) // a body with more fields is invalid anyway
    .flatMap(([name, value]) => checks.get(name)?.(value, name) ?? unknownField(name, [...checks.keys()]))
  if (issues.length > 0) throw new HttpError('invalid-choices', undefined, issues.slice(0, maxIssues))
  return withoutPrototype(body)
}

export const applyRequest = (base: Session, { categories, provider, multiple, accountId }: HandlerRequest): Session =>
  base
    // Unlike `categories`, `field` accepts a category that this version does not know.
    .when(categories, (chain, list) => chain.field('categories', list.map(normalizeCategory).map(String)))
    .when(provider, (chain, key) => chain.provider(key))
    // `when` ignores false.
    .when(multiple !== undefined, (chain) => chain.multiple(multiple === true))
    .when(accountId, (chain, id) => chain.account(id))
