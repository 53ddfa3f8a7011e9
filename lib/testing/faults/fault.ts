import { nonBlankString } from '../../model/codec.ts'
import { JsonCodec } from '../../model/json.ts'
import { type Check, checkOptions, must, mustShown, ofType, oneOf, optionsOf } from '../../util/check-options.ts'
import { didYouMean } from '../../util/did-you-mean.ts'
import { isRecord } from '../../util/guards.ts'
import { maxTimeout } from '../../util/timeout.ts'
import { type DriftKind, driftKinds } from './drift.ts'

/**
 * A fault of a request.
 *
 * These faults prevent the request from reaching the API, so no session is created:
 *
 * - `429`, or any other error status from 400 to 599: a response with the API's error body and no `Retry-After`.
 * - `{ status, retryAfter?, message?, body? }`: the same with a `Retry-After`, another message or another body.
 * - `'html'`, or `{ html: status }`: the HTML page of a gateway, with status 502 by default.
 * - `'reset'`: the connection breaks before a response.
 * - `'silence'`: no response arrives.
 *
 * These faults change the API's response, so a valid create has created its session:
 *
 * - `{ slow: ms }`: the headers arrive immediately, the body after a delay.
 * - `'cut'`: the connection breaks in the middle of the body.
 * - `{ drift }`: a success deviates from the contract, in one of `driftKinds`.
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
      /** The status, from 400 to 599. */
      readonly status: number
      /** The `Retry-After` header: seconds, or text such as an HTTP date. @default no such header */
      readonly retryAfter?: number | string | undefined
      /** The message of the API's error body. @default the reason phrase of the status */
      readonly message?: string | undefined
      /** Another body: a string is sent as text, any other value as JSON. @default the API's error body */
      readonly body?: unknown
    }
  | {
      /** The status of the page: 200, or from 400 to 599. */
      readonly html: number
    }
  | {
      /** The delay between the headers and the body, in milliseconds. */
      readonly slow: number
    }
  | {
      /** The deviation from the contract. */
      readonly drift: DriftKind
    }

/**
 * The requests that a fault applies to: by default the next one, with `times` the next few, with `rate` a share of all.
 *
 * @example
 * const often: FaultOptions = { rate: 0.5 }
 * sandbox().fail('reset', often)
 */
export type FaultOptions =
  | {
      /** The number of requests. @default 1 */
      readonly times?: number | undefined
      /** Excluded by `times`. */
      readonly rate?: undefined
    }
  | {
      /** The share of all requests, from 0 to 1. */
      readonly rate: number
      /** Excluded by `rate`. */
      readonly times?: undefined
    }

const isBetween = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && value >= min && value <= max

const isErrorStatus = (value: unknown): boolean => Number.isInteger(value) && isBetween(value, 400, 599)

const errorStatus = mustShown('an error status from 400 to 599', isErrorStatus)
const pageStatus = mustShown('200 or an error status from 400 to 599', (value) => value === 200 || isErrorStatus(value))

const isHeaderText = (value: unknown): boolean => nonBlankString.is(value) && /^[\t -~]+$/.test(value)

const retryAfter = mustShown(
  'an integer from 0 (seconds) or the text of a header',
  (value) => (Number.isSafeInteger(value) && Number(value) >= 0) || isHeaderText(value),
)

const delay = mustShown(`a number from 0 to ${maxTimeout} (milliseconds)`, (value) => isBetween(value, 0, maxTimeout))

/** Rejects two options that exclude each other. */
const notBoth =
  (first: string, second: string): Check =>
  (value, path) =>
    isRecord(value) && value[first] !== undefined && value[second] !== undefined
      ? [{ path, message: `must not have both '${first}' and '${second}'` }]
      : []

const allOf =
  (...checks: readonly Check[]): Check =>
  (value, path) =>
    checks.flatMap((check) => check(value, path))

const statusOptions = { status: errorStatus, retryAfter, message: ofType('string'), body: must('JSON', JsonCodec.is) }

/** The objects that are faults, by the field that discriminates them. */
const objectFaults: Readonly<Record<string, Check>> = {
  status: allOf(optionsOf(statusOptions, { required: ['status'] }), notBoth('message', 'body')),
  slow: optionsOf({ slow: delay }, { required: ['slow'] }),
  html: optionsOf({ html: pageStatus }, { required: ['html'] }),
  drift: optionsOf({ drift: oneOf(driftKinds, 'one of the exported `driftKinds`') }, { required: ['drift'] }),
}

const namedFaults = ['silence', 'reset', 'cut', 'html']
const expectedFault =
  "an error status, 'silence', 'reset', 'cut' or 'html', or an object with status, slow, html or drift"

const faultHint = (fault: unknown): string | undefined => {
  const [name, known] = isRecord(fault) ? [Object.keys(fault)[0], Object.keys(objectFaults)] : [fault, namedFaults]
  return typeof name === 'string' ? didYouMean(name, known) : undefined
}

const validFault: Check = (fault, path) => {
  if (typeof fault === 'number') return errorStatus(fault, path)
  if (typeof fault === 'string' && namedFaults.includes(fault)) return []
  const found = Object.entries(objectFaults).find(([name]) => isRecord(fault) && Object.hasOwn(fault, name))
  const check = found?.[1] ?? mustShown(expectedFault, () => false, faultHint(fault))
  return check(fault, path)
}

const faultOptions = allOf(
  optionsOf({
    times: mustShown('an integer from 1', (value) => Number.isSafeInteger(value) && Number(value) >= 1),
    rate: mustShown('a number from 0 to 1', (value) => isBetween(value, 0, 1)),
  }),
  notBoth('times', 'rate'),
)

const failArguments = optionsOf({ fault: validFault, options: faultOptions }, { required: ['fault'] })

/** Throws a `ConfigurationError` that lists all problems of the arguments of `fail`. */
export const checkFault = (fault: unknown, options: unknown): void => {
  checkOptions({ fault, options }, failArguments, 'fail')
}
