/** An error response of the API, thrown where a request breaks a rule. */
export class ApiFailure extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

type HeaderFields = Readonly<Record<string, string>>

export const jsonResponse = (status: number, body: unknown, headers: HeaderFields = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** */
export const errorResponse = (statusCode: number, message: string, now: Date, headers?: HeaderFields): Response =>
  jsonResponse(statusCode, { statusCode, message, timestamp: now.toISOString() }, headers)
