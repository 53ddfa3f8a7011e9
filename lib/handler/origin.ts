type HeaderFields = Readonly<Record<string, string>>

/** Returns the origin of a request if it is in the list. */
export const allowedOrigin = ({ headers }: Request, origins: ReadonlySet<string>): string | undefined => {
  const origin = headers.get('origin')
  return origin !== null && origins.has(origin) ? origin : undefined
}

// A proxy that terminates TLS keeps the host but changes the scheme. `X-Forwarded-*` headers can be forged.
const isOwnOrigin = (origin: string, { url, headers }: Request): boolean => {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const own = new URL(url)
  if (own.protocol === 'https:' && protocol !== 'https:') return false
  const fromHostHeader = `${protocol}//${headers.get('host') ?? ''}`
  return host !== '' && (host === own.host || (URL.canParse(fromHostHeader) && host === new URL(fromHostHeader).host))
}

/** Returns whether a request comes from a page of the handler's own origin, or from a program. */
export const isSameOrigin = (request: Request): boolean => {
  const origin = request.headers.get('origin')
  // The origin of a local file or of a sandboxed frame.
  if (origin === 'null') return false
  // A page cannot set this header. Old browsers do not send it, and none sends it over plain HTTP.
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  return origin === null || isOwnOrigin(origin, request)
}

/** Returns the headers with which a browser shows the response to a page of an allowed origin. */
export const corsHeaders = (origin: string | undefined, origins: ReadonlySet<string>): HeaderFields => ({
  ...(origins.size > 0 && { vary: 'Origin' }),
  ...(origin !== undefined && {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
  }),
})

/** Returns the headers of a preflight response. A page of an allowed origin may send any header. */
export const preflightHeaders = ({ headers }: Request): HeaderFields => ({
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': headers.get('access-control-request-headers') ?? 'content-type',
})
