/** Creates a response. A string is sent as text, any other value as JSON. */
export const createResponse = (status: number, body: unknown, headers: Record<string, string> = {}): Response => {
  const [type, text] = typeof body === 'string' ? ['text/plain', body] : ['application/json', JSON.stringify(body)]
  const bytes = new TextEncoder().encode(text)
  const length = String(bytes.length)
  return new Response(bytes, { status, headers: { 'content-type': type, 'content-length': length, ...headers } })
}

export const errorResponse = (status: number, message: string, now: Date, headers?: Record<string, string>): Response =>
  createResponse(status, { statusCode: status, message, timestamp: now.toISOString() }, headers)
