import type { Issue, SessionError } from './errors.ts'
import { present } from './present.ts'

/**
 * What an answer that is no token is for, in a word that a page can tell apart.
 *
 * @example const maySignIn = (code: HandlerErrorCode): boolean => code === 'unauthorized'
 */
export type HandlerErrorCode =
  | 'method-not-allowed'
  | 'origin-not-allowed'
  | 'unsupported-type'
  | 'too-large'
  | 'invalid-body'
  | 'unauthorized'
  | 'invalid-choices'
  | 'account-not-allowed'
  | 'rate-limited'
  | 'aborted'
  | 'internal'
  | 'upstream'
  | 'timeout'

/**
 * The body of every answer that is no token. Nothing of StackOne's, and nothing of the server's own, is in it.
 *
 * @example
 * const mint = connectSessionHandler({ client, owner: () => null })
 * const answer = await mint(new Request('https://app.acme.example/token', { method: 'POST' }))
 * const { error }: HandlerError = await answer.json()
 * error.code // 'unauthorized'
 */
export interface HandlerError {
  /** What went wrong. */
  readonly error: {
    /** For programs. */
    readonly code: HandlerErrorCode
    /** For people, and for whoever writes the page. */
    readonly message: string
    /** What is wrong with the choices, each with its path, such as `categories[1]`; the first 20. */
    readonly issues?: readonly Issue[]
  }
}

interface More {
  readonly issues?: readonly Issue[]
  readonly headers?: Readonly<Record<string, string>>
  /** What really happened, for `onError` alone. */
  readonly cause?: unknown
}

const answers = {
  'method-not-allowed': [405, 'Ask with POST.'],
  'origin-not-allowed': [403, 'Pages of this origin may not ask. The server can list it in `origins`.'],
  'unsupported-type': [415, 'Send JSON, with the content type application/json, or no body at all.'],
  'too-large': [413, 'The body is too large.'],
  'invalid-body': [400, 'The body is no JSON object in UTF-8, or did not arrive whole.'],
  unauthorized: [401, 'Nobody is signed in for whom a session could be made.'],
  'invalid-choices': [400, 'The request asks for what it may not choose: see `issues`.'],
  'account-not-allowed': [403, 'There is no such account that may be edited here.'],
  'rate-limited': [429, 'Too many sessions were asked for. Try again later.'],
  aborted: [499, 'The request was aborted.'],
  internal: [500, 'The server is not set up rightly, or failed. Its `onError` was told why.'],
  upstream: [502, 'StackOne could not make the session. Try again later.'],
  timeout: [504, 'StackOne did not answer in time. Try again later.'],
} as const satisfies Record<HandlerErrorCode, readonly [status: number, message: string]>

/** Thrown by a rule that a request breaks; it holds the whole answer. */
export class Refused extends Error {
  readonly status: number
  readonly body: HandlerError
  readonly headers: Readonly<Record<string, string>>

  constructor(code: HandlerErrorCode, { issues, headers = {}, cause }: More = {}) {
    const [status, message] = answers[code]
    super(message, { cause })
    this.status = status
    this.body = { error: present<HandlerError['error']>({ code, message, issues }) }
    this.headers = headers
  }
}

/** What a page is told of a session that could not be sent. */
export const refusedBy = (error: SessionError): Refused => {
  switch (error.name) {
    case 'ApiError': {
      const { status, retryAfter } = error
      if (status !== 429) return new Refused('upstream', { cause: error })
      const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
      return new Refused('rate-limited', { headers, cause: error })
    }
    case 'NetworkError':
    case 'ReplyError':
      return new Refused('upstream', { cause: error })
    case 'TimeoutError':
      return new Refused('timeout', { cause: error })
    case 'AbortError':
      return new Refused('aborted') // which nobody is told of
    // What the page chose was checked before: this was set up by the server.
    case 'ValidationError':
    case 'ConfigurationError':
      return new Refused('internal', { cause: error })
  }
}
