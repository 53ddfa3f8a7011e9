import { JsonCodec } from '../../model/json.ts'
import {
  type Check,
  integerBetween,
  must,
  mustBeNumber,
  mustShown,
  ofType,
  oneOf,
  optionsOf,
} from '../../util/check-options.ts'
import { isRecord } from '../../util/guards.ts'
import { maxTimeout } from '../../util/timeout.ts'
import { type DriftKind, driftKinds } from './drift.ts'

/**
 * A fault of a request.
 *
 * With a status, `html`, `'reset'` and `'silence'`, the request does not reach the API, so no session is created. A
 * number is short for `{ status }`, and `'html'` for `{ html: 502 }`. `'reset'` breaks the connection. With `slow`,
 * `drift` and `'cut'`, the API responds, so a valid create has created its session. `'cut'` breaks the connection in
 * the middle of the body.
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
      /** The message of the API's error body, unless `body` replaces it. @default 'Simulated error' */
      readonly message?: string | undefined
      /** Another body: a string is sent as text, any other value as JSON. @default the API's error body */
      readonly body?: unknown
    }
  | {
      /** The status of the HTML page of a gateway: 200, or from 400 to 599. */
      readonly html: number
    }
  | {
      /** The delay between the headers and the body: an integer of milliseconds. */
      readonly slow: number
    }
  | {
      /** The deviation of a success from the contract. */
      readonly drift: DriftKind
    }

/**
 * The requests that a fault applies to: by default the next one.
 * @example const often: FaultOptions = { rate: 0.5 }
 */
export interface FaultOptions {
  /** The number of requests; not allowed with `rate`. @default 1 */
  readonly times?: number | undefined
  /** The share of all requests, from 0 to 1; not allowed with `times`. */
  readonly rate?: number | undefined
}

const isRetryAfter = (value: unknown): boolean =>
  typeof value === 'string' ? /^[!-~][ -~]*$/.test(value) : Number.isSafeInteger(value) && Number(value) >= 0

const errorStatus = integerBetween(400, 599)

const namedFault = oneOf(
  ['silence', 'reset', 'cut', 'html'],
  "an error status, 'silence', 'reset', 'cut' or 'html', or an object with status, slow, html or drift",
)

const objectFault = optionsOf({
  status: errorStatus,
  retryAfter: mustShown('an integer from 0 (seconds) or the text of a header', isRetryAfter),
  message: ofType('string'),
  body: must('JSON', JsonCodec.is),
  html: mustBeNumber('200 or an error status', (status) => status === 200 || errorStatus(status, '').length === 0),
  slow: integerBetween(0, maxTimeout, ' (milliseconds)'),
  drift: oneOf(driftKinds, 'one of the exported `driftKinds`'),
})

const faultCheck: Check = (fault, path) => {
  if (typeof fault === 'number') return errorStatus(fault, path)
  if (!isRecord(fault)) return namedFault(fault, path)
  const issues = objectFault(fault, path)
  const kinds = ['status', 'slow', 'html', 'drift'].filter((name) => Object.hasOwn(fault, name))
  const isOne = kinds.length === 1 && kinds.every((name) => fault[name] !== undefined)
  if (issues.length > 0 || isOne) return issues
  return [{ path, message: 'must have exactly one of status, slow, html and drift' }]
}

const faultOptions = optionsOf({
  times: mustBeNumber('an integer from 1', (times) => Number.isSafeInteger(times) && times >= 1),
  rate: mustBeNumber('a number from 0 to 1', (rate) => rate >= 0 && rate <= 1),
})

const optionsCheck: Check = (options, path) => {
  const { times, rate }: FaultOptions = Object(options)
  if (times === undefined || rate === undefined) return faultOptions(options, path)
  return [...faultOptions(options, path), { path, message: "must not have both 'times' and 'rate'" }]
}

export const failArguments = optionsOf({ fault: faultCheck, options: optionsCheck }, { required: ['fault'] })
