import * as t from 'io-ts'
import { isLeft } from '#fp-ts/Either'
import { type Category, CategoryCodec } from './category.ts'
import { flag, isRecord, list, text } from './codec.ts'
import type { Issue } from './errors.ts'
import { issuesOf } from './issues.ts'
import { didYouMean } from './nearest.ts'
import type { Policy } from './policy.ts'
import { present } from './present.ts'
import { Refused } from './refused.ts'
import type { Session } from './states.ts'

/**
 * The body that a page may send, as JSON: what it chooses, as far as the server allows it.
 *
 * @example
 * const choices: Choices = { categories: ['hris'], multiple: true }
 * const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(choices) }
 */
export interface Choices {
  /** Where the Hub opens; each at most once. */
  readonly categories?: readonly Category[]
  /** The connector that the Hub opens. */
  readonly provider?: string
  /** Whether the owner may connect several accounts of one provider. */
  readonly multiple?: boolean
  /** The account to edit. */
  readonly accountId?: string
}

type Judge = (value: unknown, policy: Policy) => readonly Issue[]

/** More members or categories cannot all be right, so nobody looks at more. */
const most = 20

const closed = 'the server does not let a page choose this'

/** What a codec has against a value. */
const against = (codec: t.Mixed, value: unknown, path: string): readonly Issue[] => {
  const decoded = codec.decode(value)
  return isLeft(decoded) ? issuesOf(decoded.left).map((issue) => ({ ...issue, path })) : []
}

const entries = list(t.unknown, 1)

const judgeCategory = (
  value: unknown,
  index: number,
  all: readonly unknown[],
  allowed: ReadonlySet<unknown> | true,
): readonly Issue[] => {
  const path = `categories[${index}]`
  if (!CategoryCodec.is(value)) return against(CategoryCodec, value, path)
  if (allowed !== true && !allowed.has(value)) return [{ path, message: 'the server does not allow this category' }]
  return all.indexOf(value) < index ? [{ path, message: 'this category stands there twice' }] : []
}

const judgeCategories: Judge = (value, { categories }) => {
  const path = 'categories'
  if (categories === undefined) return [{ path, message: closed }]
  if (!entries.is(value)) return against(entries, value, path)
  return value.slice(0, most).flatMap((entry, index, all) => judgeCategory(entry, index, all, categories))
}

const judgeProvider: Judge = (value, { providers }) => {
  const path = 'provider'
  if (providers === undefined) return [{ path, message: closed }]
  if (!text.is(value)) return against(text, value, path)
  return providers === true || providers.has(value)
    ? []
    : [{ path, message: 'the server does not allow this provider' }]
}

const judgeMultiple: Judge = (value, { multiple }) => {
  const path = 'multiple'
  return multiple ? against(flag, value, path) : [{ path, message: closed }]
}

// Whose account it is, is asked when all else is right.
const judgeAccount: Judge = (value, { ownsAccount }) => {
  const path = 'accountId'
  return ownsAccount === undefined ? [{ path, message: closed }] : against(text, value, path)
}

const judges: Readonly<Record<keyof Choices, Judge>> = {
  categories: judgeCategories,
  provider: judgeProvider,
  multiple: judgeMultiple,
  accountId: judgeAccount,
}

/** Whatever the spelling: `owner`, `origin_owner_id`, `Owner-Name`, `filter[ownerId]`, `originUsername`. */
const isOfOwner = (name: string): boolean => /owner|username/i.test(name.replace(/[^a-z]/gi, ''))

const ownerIssue = (path: string): Issue => ({
  path,
  message: 'the owner comes from the server alone, never from a page',
})

const judgeMember =
  (policy: Policy) =>
  ([name, value]: readonly [string, unknown]): readonly Issue[] => {
    // An own member of the table, so that `constructor` is none.
    if (Object.hasOwn(judges, name)) return judges[name as keyof Choices](value, policy)
    const path = name.slice(0, 64)
    if (isOfOwner(name)) return [ownerIssue(path)]
    const hint = didYouMean(name, Object.keys(judges))
    return [present<Issue>({ path, message: 'is nothing that a page may choose', hint })]
  }

/** What a page has chosen, all of it allowed but for the account, which is not asked for here. Throws Refused. */
export const choicesOf = (body: unknown, url: string, policy: Policy): Choices => {
  if (!isRecord(body)) throw new Refused('invalid-body')
  const queried = [...new URL(url).searchParams.keys()]
    .filter(isOfOwner)
    .map((name) => ownerIssue(`?${name.slice(0, 64)}`))
  const issues = [...queried, ...Object.entries(body).slice(0, most).flatMap(judgeMember(policy))].slice(0, most)
  if (issues.length > 0) throw new Refused('invalid-choices', { issues })
  return body as Choices // each member was judged
}

/** A session with what a page has chosen. */
export const withChoices = (session: Session, { categories, provider, multiple, accountId }: Choices): Session => {
  const [first, ...rest] = categories ?? []
  const opened = first === undefined ? session : session.categories(first, ...rest)
  const narrowed = provider === undefined ? opened : opened.provider(provider)
  const several = multiple === undefined ? narrowed : narrowed.multiple(multiple)
  return accountId === undefined ? several : several.account(accountId)
}
