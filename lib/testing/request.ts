import { jsonOf } from '../answer.ts'
import { isRecord } from '../codec.ts'
import { printMasked } from '../secret.ts'

/**
 * A request as it arrived. The API key is not in it.
 *
 * @example const lineOf = ({ method, path }: SandboxRequest) => `${method} ${path}`
 */
export interface SandboxRequest {
  /** The method, in upper case. */
  readonly method: string
  /** The path, such as `/connect_sessions`. */
  readonly path: string
  /** By name in lower case; `authorization` and `x-hub-session-token` are masked. */
  readonly headers: Readonly<Record<string, string>>
  /** The body, parsed if it was JSON; undefined if there was none. Printing it masks a token. */
  readonly body: unknown
}

const secretHeaders = new Set(['authorization', 'x-hub-session-token'])

/** A request as it is remembered. */
export const recorded = ({ method, url, headers }: Request, text: string): SandboxRequest => {
  const body = jsonOf({ text })
  return Object.freeze({
    method,
    path: new URL(url).pathname,
    headers: Object.fromEntries(
      [...headers].map(([name, value]) => [name, secretHeaders.has(name) ? '[secret]' : value]),
    ),
    body: isRecord(body) ? printMasked(body) : body,
  })
}
