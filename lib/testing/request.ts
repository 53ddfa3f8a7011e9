import { isRecord } from '../util/guards.ts'
import { parseJson } from '../util/parse-json.ts'
import { mask, maskWhenPrinted } from '../util/redact.ts'

/**
 * A request that the sandbox received, without the API key.
 *
 * @example const lineOf = ({ method, path }: SandboxRequest) => `${method} ${path}`
 */
export interface SandboxRequest {
  /** The method, in upper case. */
  readonly method: string
  /** The path, such as `/connect_sessions`. */
  readonly path: string
  /** The headers by their names in lower case. `authorization` and `x-hub-session-token` are masked. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON body; undefined if there was none. A token in it is masked when printed. */
  readonly body: unknown
}

const secretHeaders = new Set(['authorization', 'x-hub-session-token'])

export const recordRequest = ({ method, url, headers }: Request, text: string): SandboxRequest => {
  const body = parseJson(text)
  return Object.freeze({
    method,
    path: new URL(url).pathname,
    headers: Object.fromEntries([...headers].map(([name, value]) => [name, secretHeaders.has(name) ? mask : value])),
    body: isRecord(body) ? maskWhenPrinted(body) : body,
  })
}
