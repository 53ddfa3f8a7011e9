import { isLeft } from '#fp-ts/Either'
import { isRecord, kindOf, text } from '../codec.ts'
import { ConfigurationError, type Issue, listed } from '../errors.ts'
import { Json } from '../json.ts'
import { didYouMean } from '../nearest.ts'
import type { Check } from '../options.ts'
import { present } from '../present.ts'
import { longestTimer } from '../time.ts'
import { type Drift, drifts } from './drift.ts'

/**
 * What goes wrong with a request.
 *
 * These happen before the API has seen the request, whatever its key and its body, and nothing is minted:
 *
 * - `429`, or any other error status from 400 to 599: with the API's error body, and without a `Retry-After`.
 * - `{ status, retryAfter?, message?, body? }`: the same with a `Retry-After`, in seconds or as a text such as an HTTP
 *   date; with a sentence of the server's; or with a body of your own, a string as it stands, all else as JSON.
 * - `'html'`, or `{ html: status }`: a gateway's page, with status 502 unless told otherwise.
 * - `'reset'`: the connection breaks before an answer.
 * - `'silence'`: no answer ever comes.
 *
 * These happen to the right answer, so the session was minted if the request was good:
 *
 * - `{ slow: ms }`: the headers come at once, the body after so many milliseconds.
 * - `'cut'`: the connection breaks in the middle of the body.
 * - `{ drift }`: the answer deviates from the contract, in one of `drifts`; an error is answered as it is.
 *
 * @example const faults: readonly Fault[] = [503, { status: 429, retryAfter: 60 }, 'reset', { drift: 'no provider' }]
 */
export type Fault =
  | number
  | 'silence'
  | 'reset'
  | 'cut'
  | 'html'
  | {
      /** From 400 to 599. */
      readonly status: number
      /** Seconds, or a text such as an HTTP date. @default no such header */
      readonly retryAfter?: number | string | undefined
      /** The server's own sentence. @default one that fits the status */
      readonly message?: string | undefined
      /** Another body; a string as it stands, all else as JSON. @default that of the API's errors */
      readonly body?: unknown
    }
  | {
      /** The status of the page: 200, or from 400 to 599. */
      readonly html: number
    }
  | {
      /** Milliseconds from the headers to the body. */
      readonly slow: number
    }
  | {
      /** How the answer deviates from the contract. */
      readonly drift: Drift
    }

/**
 * Which requests a fault is for: the next one if nothing is said, the next `times`, or a share of all that come.
 *
 * @example
 * const often: When = { rate: 0.5 }
 * sandbox().fail('reset', often)
 */
export type When =
  | {
      /** How many requests, one after the other. @default 1 */
      readonly times?: number | undefined
      /** Not together with `times`. */
      readonly rate?: undefined
    }
  | {
      /** The share of all requests, from 0 to 1. */
      readonly rate: number
      /** Not together with `rate`. */
      readonly times?: undefined
    }

const words = ['silence', 'reset', 'cut', 'html'] as const

const within = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most

const isError = (value: unknown): boolean => Number.isInteger(value) && within(value, 400, 599)

const errorStatus: Check = (value) =>
  isError(value) ? undefined : `expected an error status from 400 to 599, got ${shown(value)}`

const pageStatus: Check = (value) =>
  isError(value) || value === 200 ? undefined : `expected 200, or an error status from 400 to 599, got ${shown(value)}`

// A number of the test's own is no secret, and is what one looks for.
const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : kindOf(value))

const isHeader = (value: unknown): boolean => text.is(value) && /^[\t -~]+$/.test(value)

const retryAfter: Check = (value) =>
  (Number.isSafeInteger(value) && within(value, 0, Number.MAX_SAFE_INTEGER)) || isHeader(value)
    ? undefined
    : `expected whole seconds, or a text that a header can hold, got ${shown(value)}`

const message: Check = (value) => (typeof value === 'string' ? undefined : `expected a string, got ${kindOf(value)}`)

const jsonBody: Check = (value) => {
  const decoded = Json.decode(value)
  return isLeft(decoded) ? `expected JSON: ${decoded.left[0]?.message}` : undefined
}

const milliseconds: Check = (value) =>
  within(value, 0, longestTimer) ? undefined : `expected milliseconds from 0 to ${longestTimer}, got ${shown(value)}`

const knownDrift: Check = (value) =>
  drifts.some((drift) => drift === value) ? undefined : 'expected one of the exported list `drifts`'

/** The objects that a fault may be, told apart by their first member. */
const forms: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  status: { status: errorStatus, retryAfter, message, body: jsonBody },
  slow: { slow: milliseconds },
  html: { html: pageStatus },
  drift: { drift: knownDrift },
}

const issue = (path: string, message: string, hint?: string): Issue => present<Issue>({ path, message, hint })

const hintFor = (value: unknown, known: readonly string[]): string | undefined =>
  typeof value === 'string' ? didYouMean(value, known) : undefined

const memberIssues = (
  path: string,
  value: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
): readonly Issue[] =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .flatMap(([name, member]) => {
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined
      if (check === undefined) return [issue(`${path}.${name}`, 'is no member', didYouMean(name, Object.keys(checks)))]
      const problem = check(member)
      return problem === undefined ? [] : [issue(`${path}.${name}`, problem, hintFor(member, drifts))]
    })

const expected = `expected an error status, ${words.map((word) => `'${word}'`).join(', ')}, or an object with ${Object.keys(forms).join(', ')}`

const faultHint = (fault: unknown): string | undefined =>
  isRecord(fault) ? hintFor(Object.keys(fault)[0], Object.keys(forms)) : hintFor(fault, words)

const faultIssues = (fault: unknown): readonly Issue[] => {
  if (typeof fault === 'number') {
    const problem = errorStatus(fault)
    return problem === undefined ? [] : [issue('fault', problem)]
  }
  if (words.some((word) => word === fault)) return []
  const form = isRecord(fault) ? Object.keys(forms).find((name) => Object.hasOwn(fault, name)) : undefined
  if (!isRecord(fault) || form === undefined || fault[form] === undefined)
    return [issue('fault', `${expected}, got ${kindOf(fault)}`, faultHint(fault))]
  const both = fault['message'] !== undefined && fault['body'] !== undefined
  return [
    ...memberIssues('fault', fault, forms[form] ?? {}),
    ...(both ? [issue('fault.message', 'has no place beside a body of your own')] : []),
  ]
}

const whenIssues = (when: unknown): readonly Issue[] => {
  if (!isRecord(when)) return [issue('when', `expected { times } or { rate }, got ${kindOf(when)}`)]
  const both = when['times'] !== undefined && when['rate'] !== undefined
  return [
    ...memberIssues('when', when, {
      times: (value) =>
        Number.isSafeInteger(value) && within(value, 1, Number.MAX_SAFE_INTEGER)
          ? undefined
          : `expected a whole number from 1, got ${shown(value)}`,
      rate: (value) => (within(value, 0, 1) ? undefined : `expected a number from 0 to 1, got ${shown(value)}`),
    }),
    ...(both ? [issue('when', 'expected times or rate, got both')] : []),
  ]
}

/** Throws a ConfigurationError that lists all that `fail` cannot take. */
export const checkFault = (fault: unknown, when: unknown): void => {
  const issues = [...faultIssues(fault), ...whenIssues(when)]
  if (issues.length > 0)
    throw new ConfigurationError(`fail was given what it cannot take, so nothing will fail:\n${listed(issues)}`)
}
