import { isLeft } from 'fp-ts/lib/Either.js'
import type { Issue } from '../errors.ts'
import { nonBlankString } from '../model/codec.ts'
import { type Category, CategoryCodec, normalizeCategory } from '../model/enums.ts'
import { issuesOf } from '../model/issues.ts'
import type { Session } from '../session/types.ts'
import { type Check, must, ofType } from '../util/check-options.ts'
import { didYouMean } from '../util/did-you-mean.ts'
import { mustBe } from '../util/guards.ts'
import { HttpError } from './http-error.ts'
import type { HandlerSettings } from './options.ts'

/**
 * The JSON body of a page's request. The server's `allow` option decides which fields a page may set.
 *
 * @example
 * const request: HandlerRequest = { categories: ['hris'], multiple: true }
 * const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
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

/** The issues that a response lists. */
const maxIssues = 20

/** A longer list is a mistake, and each of its entries could add an issue. */
const maxCategories = 100

const notAllowed: Check = (_, path) => [{ path, message: 'is not allowed' }]

const filledString = must('a non-blank string', nonBlankString.is)

const stringIn =
  (allowed: ReadonlySet<unknown> | true): Check =>
  (value, path) => {
    const issues = filledString(value, path)
    return issues.length > 0 || allowed === true || allowed.has(value) ? issues : notAllowed(value, path)
  }

const knownCategory: Check = (value, path) => {
  const decoded = CategoryCodec.decode(value)
  return isLeft(decoded) ? issuesOf(decoded.left).map((issue) => ({ ...issue, path })) : []
}

const categoriesIn =
  (allowed: ReadonlySet<unknown> | true): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return [{ path, message: mustBe('an array', value) }]
    if (value.length === 0) return [{ path, message: 'must contain at least one category' }]
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

const fieldChecks = ({
  categories,
  providers,
  multiple,
  ownsAccount,
}: HandlerSettings): Readonly<Record<keyof HandlerRequest, Check>> => ({
  categories: categories === undefined ? notAllowed : categoriesIn(categories),
  provider: providers === undefined ? notAllowed : stringIn(providers),
  multiple: multiple ? ofType('boolean') : notAllowed,
  accountId: ownsAccount === undefined ? notAllowed : filledString,
})

/** Matches any spelling: `owner`, `origin_owner_id`, `Owner-Name`, `originUsername`. */
const isOwnerField = (name: string): boolean => /owner|username/i.test(name.replace(/[^a-z]/gi, ''))

const unknownField = (name: string, known: readonly string[]): Issue => {
  const suggestion = isOwnerField(name) ? 'the owner comes from the server' : didYouMean(name, known)
  return {
    path: name.slice(0, 64),
    message: 'unknown field',
    hint: suggestion ?? `the fields are ${known.join(', ')}`,
  }
}

/** Returns the fields of a body; throws an `HttpError` that lists all problems. `accountId` is not authorized yet. */
export const parseRequest = (body: Readonly<Record<string, unknown>>, settings: HandlerSettings): HandlerRequest => {
  const checks: Readonly<Record<string, Check>> = fieldChecks(settings)
  const issues = Object.entries(body)
    .slice(0, maxIssues) // a body with more fields is invalid anyway
    .flatMap(([name, value]) => {
      // `constructor` and the like are not fields.
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined
      return check === undefined ? [unknownField(name, Object.keys(checks))] : check(value, name)
    })
  if (issues.length > 0) throw new HttpError('invalid-choices', { issues: issues.slice(0, maxIssues) })
  // Inherits nothing, so that a polluted Object.prototype cannot set a field.
  return Object.assign(Object.create(null), body)
}

/** Sets the fields of a request on a session. */
export const applyRequest = (
  session: Session,
  { categories, provider, multiple, accountId }: HandlerRequest,
): Session =>
  session
    // Unlike `categories`, `field` accepts a category that this version does not know.
    .when(categories, (chain, list) => chain.field('categories', list.map(normalizeCategory).map(String)))
    .when(provider, (chain, key) => chain.provider(key))
    // `when` ignores false.
    .when(multiple !== undefined, (chain) => chain.multiple(multiple === true))
    .when(accountId, (chain, id) => chain.account(id))
