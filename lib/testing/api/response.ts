/** An error response of the API, thrown where a request breaks a rule. */
export class ApiFailure extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const jsonResponse = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** The body of an error. Contract section 5. */
export const errorBody = (statusCode: number, message: string, now: Date) => ({
  statusCode,
  message,
  timestamp: now.toISOString(),
})

/** Returns the response of an endpoint, or the error response that it throws. */
export const catchFailure = (respond: () => Response, now: () => Date): Response => {
  try {
    return respond()
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    return jsonResponse(error.status, errorBody(error.status, error.message, now()))
  }
}

/** Decodes a segment of a path; returns a malformed one unchanged. */
export const decodeSegment = (escaped: string): string => {
  try {
    return decodeURIComponent(escaped)
  } catch {
    return escaped
  }
}
