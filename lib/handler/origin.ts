export type HeaderFields = Readonly<Record<string, string>>

// A proxy that terminates TLS keeps the host but changes the scheme. `X-Forwarded-*` headers can be forged.
const isOwnOrigin = (origin: string, { url, headers }: Request): boolean => {
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  if (protocol !== 'https:' && new URL(url).protocol === 'https:') return false
  const fromHostHeader = `${protocol}//${headers.get('host') ?? ''}`
  return host !== '' && [url, fromHostHeader].some((each) => URL.canParse(each) && new URL(each).host === host)
}

/** Returns whether a request comes from a page of the handler's own origin, or from a program. */
export const isSameOrigin = (request: Request): boolean => {
  const origin = request.headers.get('origin')
  if (origin === 'null') return false // a local file or a sandboxed frame
  // A page cannot set this header. Old browsers do not send it, and none sends it over plain HTTP.
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  return origin === null || isOwnOrigin(origin, request)
}

export const corsHeaders = (origin: string | undefined, origins: readonly string[]): HeaderFields => ({
  ...(origins.length > 0 && { vary: 'Origin' }),
  ...(origin !== undefined && {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Retry-After',
  }),
})

// A page of an allowed origin may send any header.
export const preflightHeaders = ({ headers }: Request): HeaderFields => ({
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': headers.get('access-control-request-headers') ?? 'content-type',
})
