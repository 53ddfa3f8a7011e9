import { isLeft, tryCatch } from '#fp-ts/Either'

/** Thrown by a rule that a request breaks: the status and the sentence of the answer. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** An answer in JSON. */
export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** The body of an error, as the API writes it. */
export const errorBody = (statusCode: number, message: string, now: Date) => ({
  statusCode,
  message,
  timestamp: now.toISOString(),
})

/** What is answered, also where a rule is broken. */
export const replied = (answer: () => Response, now: () => Date): Response => {
  try {
    return answer()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return json(error.status, errorBody(error.status, error.message, now()))
  }
}

/** A segment of a path, unescaped; as it is where that cannot be done. */
export const segment = (escaped: string): string => {
  const text = tryCatch(
    () => decodeURIComponent(escaped),
    () => escaped,
  )
  return isLeft(text) ? text.left : text.right
}
