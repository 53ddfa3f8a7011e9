/** The origin of a request, if it is one of those that are allowed by name. */
export const listedOrigin = ({ headers }: Request, origins: ReadonlySet<string>): string | undefined => {
  const origin = headers.get('origin')
  return origin !== null && origins.has(origin) ? origin : undefined
}

// A proxy that ends TLS leaves the host, and hides the scheme. What it forwards in headers of its own, a stranger can
// send as well.
const isOwn = (origin: string, { url, headers }: Request): boolean => {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const own = new URL(url)
  if (own.protocol === 'https:' && protocol !== 'https:') return false
  const named = `${protocol}//${headers.get('host') ?? ''}`
  return host !== '' && (host === own.host || (URL.canParse(named) && host === new URL(named).host))
}

/** Whether a request comes from a page of the handler's own origin, or from no page at all. */
export const isSameOrigin = (request: Request): boolean => {
  const origin = request.headers.get('origin')
  // A page without an origin: a file, or a frame in a sandbox.
  if (origin === 'null') return false
  // The browser's own word, which no page can change. Old browsers do not give it, nor does plain http.
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  return origin === null || isOwn(origin, request)
}

/** What lets the browser show an answer to a page of another origin that is allowed. */
export const corsHeaders = (
  origin: string | undefined,
  origins: ReadonlySet<string>,
): Readonly<Record<string, string>> => ({
  ...(origins.size > 0 && { vary: 'Origin' }),
  ...(origin !== undefined && {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
  }),
})

/** The answer to a browser that asks beforehand; which headers a page may send is for its origin to say. */
export const preflightHeaders = ({ headers }: Request): Readonly<Record<string, string>> => ({
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': headers.get('access-control-request-headers') ?? 'content-type',
})
